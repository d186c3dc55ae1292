#include "engine/file_cache.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <fstream>

using btgw::engine::FileCache;

namespace {

struct ThreeFiles {
    ThreeFiles()
    {
        for (const char* name : {"a", "b", "c"}) {
            std::ofstream(directory.path() / name) << name;
        }
    }

    btgw::test::TemporaryDirectory directory;
    FileCache cache{directory.path(), 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(engine_file_cache, ThreeFiles)

BOOST_AUTO_TEST_CASE(find_opens_nothing)
{
    BOOST_TEST(cache.find("a") == nullptr);
    BOOST_TEST(cache.open("a") != nullptr);
    BOOST_TEST(cache.find("a") == cache.open("a"));
}

BOOST_AUTO_TEST_CASE(the_least_recently_used_file_is_closed_first)
{
    cache.open("a");
    cache.open("b");
    cache.find("a");
    cache.open("c");
    BOOST_TEST(cache.size() == 2u);
    BOOST_TEST(cache.find("a") != nullptr);
    BOOST_TEST(cache.find("b") == nullptr);
    BOOST_TEST(cache.find("c") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_file_in_use_stays_open_when_the_cache_lets_go)
{
    const auto file = cache.open("a");
    cache.open("b");
    cache.open("c");
    char byte = 0;
    BOOST_TEST(pread(file->get(), &byte, 1, 0) == 1);
    BOOST_TEST(byte == 'a');
}

BOOST_AUTO_TEST_CASE(a_forgotten_file_is_opened_anew)
{
    const auto before = cache.open("a");
    cache.forget("a");
    cache.forget("never opened");
    BOOST_TEST(cache.find("a") == nullptr);
    BOOST_TEST(cache.open("a") != before);
}

BOOST_AUTO_TEST_CASE(a_missing_file_leaves_errno)
{
    BOOST_TEST(cache.open("missing") == nullptr);
    BOOST_TEST(errno == ENOENT);
}

BOOST_AUTO_TEST_SUITE_END()
