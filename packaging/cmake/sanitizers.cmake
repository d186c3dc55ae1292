if(BTGW_SANITIZE)
    add_compile_options(-fsanitize=${BTGW_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${BTGW_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # With instrumentation g++ 12 finds uninitialised members in Boost.Test that are none.
        add_compile_options(-Wno-maybe-uninitialized)
    endif()
endif()
