// Which uploads in spool/ nobody works on any more.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace btgw::engine {

struct SpooledUpload {
    std::string id;                                    // as in the file names
    std::chrono::system_clock::time_point last_write;  // of its newest file
    std::vector<std::string> files;                    // names in spool/
};

// What lies in spool/, one entry an upload. Empty when the directory cannot be read.
std::vector<SpooledUpload> list_spool(const std::filesystem::path& spool);

// The process that receives the upload: the first 8 hexadecimal digits of its id; 0 when they are
// none.
int worker_of(const std::string& upload);

// No byte came for an hour: every worker has given up long before.
bool is_stale(const SpooledUpload& upload, std::chrono::system_clock::time_point now);

// True when there is no such process.
bool is_dead(int pid);

// Removes what is stale and, where `at_start`, what belongs to workers that are gone; returns how
// many files.
std::size_t sweep_spool(const std::filesystem::path& spool, bool at_start,
                        std::chrono::system_clock::time_point now);

}  // namespace btgw::engine
