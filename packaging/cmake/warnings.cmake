# btgw_warnings: link it PRIVATE into every target of ours.
add_library(btgw_warnings INTERFACE)
target_compile_options(btgw_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
