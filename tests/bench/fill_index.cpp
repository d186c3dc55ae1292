// Fills the index of a storage directory with tiny blobs that have torrents, to measure how the
// engine starts with many: bench_fill_index STORAGE COUNT TORRENT_DIRECTORY SAMPLES
//
// For SAMPLES of them, evenly spread, writes the .torrent file and prints a line of JSON:
// {"info_hash": "..", "file": ".."}
#include "shared/bittorrent/metainfo.hpp"
#include "shared/digest.hpp"
#include "shared/hex.hpp"
#include "shared/store/content_files.hpp"
#include "shared/store/index.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace btgw::store;
using btgw::bittorrent::PieceHashes;

constexpr std::uint64_t batch = 10'000;           // contents in one transaction
constexpr std::size_t blob_size = 1024;           // bytes
constexpr std::uint64_t created = 1'700'000'000;  // Unix seconds; the same in every run

struct Job {
    std::filesystem::path storage;
    std::uint64_t count = 0;
    std::filesystem::path torrents;
    std::uint64_t samples = 0;
};

struct Made {
    std::string bytes;
    std::string name;
    std::vector<PieceHashes> pieces;
    std::uint32_t piece_length = 0;

    [[nodiscard]] btgw::bittorrent::TorrentSource source() const
    {
        return {name, bytes.size(), piece_length, &pieces};
    }
};

Made make(std::uint64_t number)
{
    Made made;
    made.name = "blob-" + std::to_string(number);
    made.bytes = made.name + '\n';
    made.bytes.resize(blob_size, '.');
    made.piece_length = btgw::bittorrent::piece_length_for(made.bytes.size());
    made.pieces = {
        btgw::bittorrent::hash_piece(btgw::as_bytes(made.bytes), made.piece_length, true)};
    return made;
}

Content record_of(const Made& made)
{
    using btgw::bittorrent::info_dictionary;
    using btgw::bittorrent::torrent_hashes;
    Content record;
    record.kind = Kind::in_index;
    record.has_torrent = true;
    record.size = made.bytes.size();
    record.created = created;
    record.v1 =
        *torrent_hashes(TorrentFormat::v1, info_dictionary(TorrentFormat::v1, made.source())).v1;
    record.v2 =
        *torrent_hashes(TorrentFormat::v2, info_dictionary(TorrentFormat::v2, made.source())).v2;
    record.media_type = "text/plain";
    record.name = made.name;
    record.inline_bytes = btgw::as_bytes(made.bytes);
    return record;
}

void write_sample(const Job& job, std::uint64_t number)
{
    const Made made = make(number);
    const auto metainfo = btgw::bittorrent::metainfo_body(TorrentFormat::v1, made.source());
    const auto file = job.torrents / (made.name + ".torrent");
    std::ofstream{file, std::ios::binary} << btgw::bittorrent::torrent_file(metainfo, {}, {});
    std::cout << R"({"info_hash": ")" << btgw::to_hex(record_of(made).v1) << R"(", "file": )"
              << file << "}\n";
}

void put(WriteTxn& txn, std::uint64_t number)
{
    const Made made = make(number);
    const Content record = record_of(made);
    const auto hash = btgw::sha256(btgw::as_bytes(made.bytes));
    const auto metainfo = btgw::bittorrent::metainfo_body(TorrentFormat::v1, made.source());
    txn.put_content(hash, record);
    txn.put_layout(hash, made.piece_length, made.pieces);
    txn.put_metainfo(hash, btgw::as_bytes(metainfo));
    txn.put_torrent(record.v1.view(), {hash, TorrentFormat::v1});
    txn.put_torrent(record.v2.view(), {hash, TorrentFormat::v2});
    txn.put_owner({anonymous, created, hash}, {made.name});
}

void fill(const Job& job)
{
    make_directories(job.storage);
    IndexOptions options;
    options.directory = job.storage / "index";
    Index index = Index::open_writer(options);
    for (std::uint64_t first = 0; first < job.count; first += batch) {
        index.write([&](WriteTxn& txn) {
            for (std::uint64_t number = first; number < std::min(first + batch, job.count);
                 ++number) {
                put(txn, number);
            }
        });
    }
    for (std::uint64_t number = 0; number < job.count; number += job.count / job.samples) {
        write_sample(job, number);
    }
}

}  // namespace

int main(int argc, char** argv)
try {
    if (argc != 5) {
        std::cerr << "usage: bench_fill_index STORAGE COUNT TORRENT_DIRECTORY SAMPLES\n";
        return 2;
    }
    fill({argv[1], std::stoull(argv[2]), argv[3], std::stoull(argv[4])});
    return 0;
} catch (const std::exception& error) {
    std::cerr << "bench_fill_index: " << error.what() << '\n';
    return 1;
}
