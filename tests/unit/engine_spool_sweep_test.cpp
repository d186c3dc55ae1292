#include "engine/spool_sweep.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

using namespace btgw::engine;
using namespace std::chrono_literals;

namespace {

int dead_process()
{
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    waitpid(child, nullptr, 0);
    return child;
}

std::string upload_of(int pid, const char* rest)
{
    return fmt::format("{:08x}{}", pid, rest);
}

struct Spool {
    void write(const std::string& name, std::chrono::minutes age = 0min) const
    {
        std::ofstream(directory.path() / name) << "x";
        std::filesystem::last_write_time(directory.path() / name,
                                         std::filesystem::file_time_type::clock::now() - age);
    }
    [[nodiscard]] bool has(const std::string& name) const
    {
        return std::filesystem::exists(directory.path() / name);
    }
    [[nodiscard]] std::size_t sweep(bool at_start) const
    {
        return sweep_spool(directory.path(), at_start, std::chrono::system_clock::now());
    }

    btgw::test::TemporaryDirectory directory;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(engine_spool_sweep, Spool)

BOOST_AUTO_TEST_CASE(the_worker_is_in_the_upload_id)
{
    BOOST_TEST(worker_of("000004d2deadbeef") == 1234);
    BOOST_TEST(worker_of("zz") == 0);
    BOOST_TEST(worker_of("notanhexadecimal") == 0);
    BOOST_TEST(worker_of("ffffffffdeadbeef") == 0);
}

BOOST_AUTO_TEST_CASE(at_start_the_uploads_of_dead_workers_go)
{
    const auto dead = upload_of(dead_process(), "00000001");
    const auto alive = upload_of(getpid(), "00000001");
    write(dead + ".000000");
    write(dead + ".000001");
    write(alive);
    BOOST_TEST(sweep(false) == 0u);
    BOOST_TEST(sweep(true) == 2u);
    BOOST_TEST(!has(dead + ".000000"));
    BOOST_TEST(has(alive));
}

BOOST_AUTO_TEST_CASE(an_upload_without_a_byte_for_an_hour_goes)
{
    const auto upload = upload_of(getpid(), "00000002");
    write(upload, 61min);
    BOOST_TEST(sweep(false) == 1u);
    BOOST_TEST(!has(upload));
}

BOOST_AUTO_TEST_CASE(old_chunks_of_an_upload_that_still_arrives_stay)
{
    const auto upload = upload_of(getpid(), "00000003");
    write(upload + ".000000", 300min);
    write(upload + ".000001", 1min);
    BOOST_TEST(sweep(true) == 0u);
    BOOST_TEST(has(upload + ".000000"));
}

BOOST_AUTO_TEST_SUITE_END()
