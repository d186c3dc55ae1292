#define BOOST_TEST_MODULE bittorrent_gateway
#include <boost/test/unit_test.hpp>
