# Libraries from Debian, as imported targets. Their headers are SYSTEM: warnings are ours alone.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(SECP256K1 REQUIRED IMPORTED_TARGET libsecp256k1)
