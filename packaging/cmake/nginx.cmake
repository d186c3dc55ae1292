# btgw_nginx_headers: the headers of the nginx that the module is built for.
#
# NGINX_SOURCE_DIR  its source tree (has src/)
# NGINX_BUILD_DIR   where it was configured (has ngx_auto_config.h); empty: it is configured here, with
#                   the flags that Debian's nginx-dev ships beside its sources
if(NOT EXISTS ${NGINX_SOURCE_DIR}/src/core/nginx.h)
    message(FATAL_ERROR "NGINX_SOURCE_DIR=${NGINX_SOURCE_DIR} holds no nginx source: install nginx-dev, "
        "or point it at a source tree")
endif()

if(NGINX_BUILD_DIR)
    set(nginx_objs ${NGINX_BUILD_DIR})
else()
    set(nginx_objs ${CMAKE_BINARY_DIR}/nginx-objs)
    if(NOT EXISTS ${nginx_objs}/ngx_auto_config.h)
        if(NOT EXISTS ${NGINX_SOURCE_DIR}/conf_flags)
            message(FATAL_ERROR "NGINX_SOURCE_DIR=${NGINX_SOURCE_DIR} is not Debian's nginx-dev: configure "
                "it with your nginx's own flags (nginx -V) and set NGINX_BUILD_DIR to its objs directory")
        endif()
        message(STATUS "Configuring nginx in ${nginx_objs}")
        execute_process(
            COMMAND bash -c ". ./conf_flags && ./configure \"\${NGX_CONF_FLAGS[@]}\" --builddir='${nginx_objs}'"
            WORKING_DIRECTORY ${NGINX_SOURCE_DIR}
            OUTPUT_QUIET ERROR_VARIABLE nginx_configure_errors RESULT_VARIABLE nginx_configure_result)
        if(NOT nginx_configure_result EQUAL 0)
            message(FATAL_ERROR "nginx's configure failed: ${nginx_configure_errors}")
        endif()
    endif()
endif()
if(NOT EXISTS ${nginx_objs}/ngx_auto_config.h)
    message(FATAL_ERROR "${nginx_objs} holds no ngx_auto_config.h: that nginx has not been configured")
endif()

set(nginx_src ${NGINX_SOURCE_DIR}/src)
add_library(btgw_nginx_headers INTERFACE)
target_include_directories(btgw_nginx_headers SYSTEM INTERFACE
    ${nginx_objs}
    ${nginx_src}/core ${nginx_src}/event ${nginx_src}/event/modules ${nginx_src}/event/quic
    ${nginx_src}/os/unix ${nginx_src}/http ${nginx_src}/http/modules ${nginx_src}/http/v2
    ${nginx_src}/http/v3)
