#include "shared/store/content_files.hpp"
#include "shared/store/records.hpp"
#include "shared/store/spool_file.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace btgw;

constexpr std::uint64_t threshold = 5u << 20;  // bytes: two chunks and a half
const std::string upload = "0000000100000002";

struct Storage {
    Storage()
    {
        std::string name = (fs::temp_directory_path() / "btgw-spool-XXXXXX").string();
        path = mkdtemp(name.data());
        store::make_directories(path);
    }
    ~Storage() { fs::remove_all(path); }
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;

    [[nodiscard]] std::string read(const std::string& relative) const
    {
        std::ifstream file(path / relative, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] std::size_t spooled() const
    {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path / "spool"), fs::directory_iterator{}));
    }

    fs::path path;
};

std::string pattern(std::size_t size)
{
    std::string out(size, '\0');
    std::uint32_t state = 1;
    for (char& c : out) {
        state = state * 1664525 + 1013904223;
        c = static_cast<char>(state >> 24);
    }
    return out;
}

// Writes in parts of `step` bytes and finishes.
void write_all(store::SpoolFile& file, const std::string& bytes, std::size_t step)
{
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        BOOST_REQUIRE(!file.write(as_bytes(std::string_view{bytes}.substr(at, step))));
    }
    BOOST_REQUIRE(!file.finish());
}

void check_chunks(const Storage& storage, const std::string& bytes)
{
    const std::size_t chunks = (bytes.size() + store::chunk_length - 1) / store::chunk_length;
    BOOST_TEST(storage.spooled() == chunks);
    for (std::uint32_t i = 0; i < chunks; ++i) {
        BOOST_TEST((storage.read(store::spool_chunk_path(upload, i)) ==
                    bytes.substr(std::size_t{i} * store::chunk_length, store::chunk_length)));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_spool_file)

BOOST_AUTO_TEST_CASE(an_upload_below_the_threshold_is_one_file)
{
    const Storage storage;
    const std::string bytes = pattern(100'000);
    store::SpoolFile file({storage.path.string(), upload, threshold, bytes.size()});
    write_all(file, bytes, 7777);
    BOOST_TEST(!file.chunked());
    BOOST_TEST((storage.read(store::spool_path(upload)) == bytes));
    BOOST_TEST((file.hash() == sha256(as_bytes(bytes))));
}

BOOST_AUTO_TEST_CASE(an_upload_known_to_be_large_is_written_in_chunks)
{
    const Storage storage;
    const std::string bytes = pattern(threshold + 12345);
    store::SpoolFile file({storage.path.string(), upload, threshold, bytes.size()});
    write_all(file, bytes, 1 << 20);
    BOOST_TEST(file.chunked());
    BOOST_TEST(file.complete_chunks() == 2u);
    check_chunks(storage, bytes);
    BOOST_TEST((file.hash() == sha256(as_bytes(bytes))));
}

BOOST_AUTO_TEST_CASE(an_upload_of_unknown_size_is_split_when_it_reaches_the_threshold)
{
    for (const std::size_t step : {1000003u, 3u << 20, 2u << 20}) {
        const Storage storage;
        const std::string bytes = pattern(threshold + 3'000'000);
        store::SpoolFile file({storage.path.string(), upload, threshold, 0});
        write_all(file, bytes, step);
        BOOST_TEST(file.chunked());
        check_chunks(storage, bytes);
        BOOST_TEST((file.hash() == sha256(as_bytes(bytes))));
    }
}

BOOST_AUTO_TEST_CASE(content_of_exactly_the_threshold_is_chunked)
{
    const Storage storage;
    const std::string bytes = pattern(threshold);
    store::SpoolFile file({storage.path.string(), upload, threshold, 0});
    write_all(file, bytes, 1 << 20);
    BOOST_TEST(file.chunked());
    check_chunks(storage, bytes);
}

BOOST_AUTO_TEST_CASE(an_upload_that_ends_below_the_threshold_after_all_is_joined)
{
    const Storage storage;
    const std::string bytes = pattern(threshold - 1);
    store::SpoolFile file({storage.path.string(), upload, threshold, threshold + 500});
    write_all(file, bytes, 1 << 20);
    BOOST_TEST(!file.chunked());
    BOOST_TEST(storage.spooled() == 1u);
    BOOST_TEST((storage.read(store::spool_path(upload)) == bytes));
    BOOST_TEST((file.hash() == sha256(as_bytes(bytes))));
}

BOOST_AUTO_TEST_CASE(remove_leaves_nothing)
{
    for (const std::uint64_t expected : {std::uint64_t{0}, threshold + 1}) {
        const Storage storage;
        store::SpoolFile file({storage.path.string(), upload, threshold, expected});
        BOOST_REQUIRE(!file.write(as_bytes(pattern(4'500'000))));
        BOOST_TEST(storage.spooled() > 0u);
        file.remove();
        BOOST_TEST(storage.spooled() == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_missing_is_an_error)
{
    store::SpoolFile file({"/nonexistent", upload, threshold, 0});
    BOOST_TEST((file.write(as_bytes("x")) == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_SUITE_END()
