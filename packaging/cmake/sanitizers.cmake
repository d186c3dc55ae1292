if(BTGW_SANITIZE)
    add_compile_options(-fsanitize=${BTGW_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${BTGW_SANITIZE})
endif()
