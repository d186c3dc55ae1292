#include "shared/hex.hpp"
#include "shared/store/content_files.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

using namespace btgw;
using namespace btgw::store;

namespace {

constexpr std::string_view name =
    "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";

mode_t mode_of(const std::filesystem::path& path)
{
    struct stat info {};
    BOOST_REQUIRE(stat(path.c_str(), &info) == 0);
    return info.st_mode & ALLPERMS;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_content_files)

BOOST_AUTO_TEST_CASE(content_lies_two_directories_deep_under_its_hash)
{
    BOOST_TEST(blob_path(*from_hex<Sha256>(name)) == "blobs/ab/cd/" + std::string(name));
    BOOST_TEST(chunk_path(*from_hex<PieceRoot>(name)) == "chunks/ab/cd/" + std::string(name));
    BOOST_TEST(lease_path(*from_hex<Sha256>(name)) == "leases/ab/" + std::string(name));
}

BOOST_AUTO_TEST_CASE(uploads_lie_in_spool)
{
    BOOST_TEST(spool_path("0123456789abcdef") == "spool/0123456789abcdef");
    BOOST_TEST(spool_chunk_path("0123456789abcdef", 0) == "spool/0123456789abcdef.000000");
    BOOST_TEST(spool_chunk_path("0123456789abcdef", 42) == "spool/0123456789abcdef.000042");
    BOOST_TEST(spool_chunk_path("0123456789abcdef", 4294967295) ==
               "spool/0123456789abcdef.4294967295");
}

BOOST_AUTO_TEST_CASE(directories_belong_to_the_group_whatever_the_umask)
{
    const test::TemporaryDirectory storage;
    const auto before = umask(077);
    make_directories(storage.path());
    umask(before);
    for (const char* directory :
         {"index", "swarm", "blobs", "chunks", "spool", "leases", "cache"}) {
        BOOST_TEST(mode_of(storage.path() / directory) == 02770U);
    }
    BOOST_TEST(mode_of(storage.path() / "engine") == 0700U);
}

BOOST_AUTO_TEST_CASE(directories_that_exist_are_left_as_they_are)
{
    const test::TemporaryDirectory storage;
    std::filesystem::create_directory(storage.path() / "blobs");
    chmod((storage.path() / "blobs").c_str(), 0750);
    make_directories(storage.path());
    make_directories(storage.path());
    BOOST_TEST(mode_of(storage.path() / "blobs") == 0750U);
}

BOOST_AUTO_TEST_CASE(a_file_in_the_way_is_an_error)
{
    const test::TemporaryDirectory storage;
    BOOST_CHECK_THROW(make_directories("/dev/null"), std::filesystem::filesystem_error);
}

BOOST_AUTO_TEST_SUITE_END()
