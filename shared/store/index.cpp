#include "index.hpp"

#include "../big_endian.hpp"
#include "../hex.hpp"
#include "index_core.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace btgw::store {

namespace {

constexpr std::size_t torrent_ref_size = Sha256::size + 1;

[[noreturn]] void damaged(Table table, ByteView key)
{
    throw std::runtime_error(std::string("the index is damaged: table ") +
                             table_names[std::size_t(table)] + ", key " + to_hex(key));
}

// Decodes one record of a table by the rule that what is there must be readable.
template <class Decode>
auto read(const IndexCore& core, MDB_txn* txn, Table table, ByteView key, Decode decode)
    -> decltype(decode(ByteView{}))
{
    const auto bytes = lmdb::get(txn, core.table(table), key);
    if (!bytes) {
        return std::nullopt;
    }
    auto record = decode(*bytes);
    if (!record) {
        damaged(table, key);
    }
    return record;
}

bool starts_with(ByteView bytes, ByteView prefix)
{
    return as_chars(bytes).starts_with(as_chars(prefix));
}

std::optional<TorrentRef> decode_torrent_ref(ByteView bytes)
{
    if (bytes.size() != torrent_ref_size) {
        return std::nullopt;
    }
    const auto format = static_cast<TorrentFormat>(bytes.back());
    if (format < TorrentFormat::v1 || format > TorrentFormat::hybrid) {
        return std::nullopt;
    }
    return TorrentRef{*from_bytes<Sha256>(bytes.first(Sha256::size)), format};
}

std::optional<std::uint64_t> decode_uploaded(ByteView bytes)
{
    if (bytes.size() != sizeof(std::uint64_t)) {
        return std::nullopt;
    }
    return load_be<std::uint64_t>(bytes.data());
}

Listed decode_listed(const lmdb::Entry& entry)
{
    const auto key = from_bytes<OwnerKey>(entry.key);
    const auto record = decode_ownership(entry.value);
    if (!key || !record) {
        damaged(Table::owner, entry.key);
    }
    const auto parts = parse_owner_key(*key);
    return {parts.content, parts.uploaded, std::string(record->name)};
}

Sha256 decode_hash_key(Table table, ByteView key)
{
    const auto hash = from_bytes<Sha256>(key);
    if (!hash) {
        damaged(table, key);
    }
    return *hash;
}

}  // namespace

// ---- Snapshot ----

Snapshot::Snapshot(IndexCore& core, MDB_txn* txn, bool borrowed)
    : core_(&core), txn_(txn), borrowed_(borrowed)
{
}

Snapshot::Snapshot(Snapshot&& other) noexcept
    : core_(other.core_), txn_(std::exchange(other.txn_, nullptr)), borrowed_(other.borrowed_)
{
}

Snapshot::~Snapshot()
{
    if (txn_ != nullptr && !borrowed_) {
        core_->end_read(txn_);
    }
}

std::optional<Content> Snapshot::content(const Sha256& hash) const
{
    return read(*core_, txn_, Table::content, hash.view(), decode_content);
}

std::optional<Layout> Snapshot::layout(const Sha256& hash) const
{
    return read(*core_, txn_, Table::layout, hash.view(), decode_layout);
}

std::optional<Chunk> Snapshot::chunk(const PieceRoot& root) const
{
    return read(*core_, txn_, Table::chunk, root.view(), decode_chunk);
}

std::optional<ByteView> Snapshot::metainfo(const Sha256& hash) const
{
    return lmdb::get(txn_, core_->table(Table::metainfo), hash.view());
}

std::optional<TorrentRef> Snapshot::torrent(const InfoHash& hash) const
{
    const auto cursor = lmdb::open_cursor(txn_, core_->table(Table::infohash));
    const auto entry = lmdb::move(cursor.get(), MDB_SET_RANGE, hash.view());
    if (!entry || !starts_with(entry->key, hash.view())) {
        return std::nullopt;
    }
    const auto ref = decode_torrent_ref(entry->value);
    if (!ref) {
        damaged(Table::infohash, entry->key);
    }
    return ref;
}

std::optional<TorrentRef> Snapshot::torrent(const InfoHashV2& hash) const
{
    return read(*core_, txn_, Table::infohash, hash.view(), decode_torrent_ref);
}

std::optional<std::uint64_t> Snapshot::owned(const Sha256& hash, const PublicKey& owner) const
{
    return read(*core_, txn_, Table::owned, owned_key(hash, owner).view(), decode_uploaded);
}

bool Snapshot::has_owner(const Sha256& hash) const
{
    const auto cursor = lmdb::open_cursor(txn_, core_->table(Table::owned));
    const auto entry = lmdb::move(cursor.get(), MDB_SET_RANGE, hash.view());
    return entry && starts_with(entry->key, hash.view());
}

bool Snapshot::doomed(const Sha256& hash) const
{
    return lmdb::get(txn_, core_->table(Table::doomed), hash.view()).has_value();
}

std::vector<Sha256> Snapshot::all_doomed() const
{
    std::vector<Sha256> out;
    const auto cursor = lmdb::open_cursor(txn_, core_->table(Table::doomed));
    while (const auto entry = lmdb::move(cursor.get(), MDB_NEXT)) {
        out.push_back(decode_hash_key(Table::doomed, entry->key));
    }
    return out;
}

std::optional<std::vector<Listed>> Snapshot::list(const PublicKey& owner,
                                                  const std::optional<Sha256>& cursor,
                                                  std::size_t limit) const
{
    OwnerKey bound;  // the page holds the keys just below it
    bound.bytes.fill(0xff);
    std::ranges::copy(owner.bytes, bound.bytes.begin());
    if (cursor) {
        const auto uploaded = owned(*cursor, owner);
        if (!uploaded) {
            return std::nullopt;
        }
        bound = owner_key({owner, *uploaded, *cursor});
    }
    std::vector<Listed> out;
    const auto rows = lmdb::open_cursor(txn_, core_->table(Table::owner));
    const bool above = lmdb::move(rows.get(), MDB_SET_RANGE, bound.view()).has_value();
    auto entry = lmdb::move(rows.get(), above ? MDB_PREV : MDB_LAST);
    while (out.size() < limit && entry && starts_with(entry->key, owner.view())) {
        out.push_back(decode_listed(*entry));
        entry = lmdb::move(rows.get(), MDB_PREV);
    }
    return out;
}

std::vector<Sha256> Snapshot::contents_after(const std::optional<Sha256>& after,
                                             std::size_t limit) const
{
    std::vector<Sha256> out;
    const auto cursor = lmdb::open_cursor(txn_, core_->table(Table::content));
    auto entry = after ? lmdb::move(cursor.get(), MDB_SET_RANGE, after->view())
                       : lmdb::move(cursor.get(), MDB_FIRST);
    if (entry && after && as_chars(entry->key) == after->chars()) {
        entry = lmdb::move(cursor.get(), MDB_NEXT);
    }
    while (out.size() < limit && entry) {
        out.push_back(decode_hash_key(Table::content, entry->key));
        entry = lmdb::move(cursor.get(), MDB_NEXT);
    }
    return out;
}

std::uint64_t Snapshot::content_count() const
{
    MDB_stat stat{};
    lmdb::check(mdb_stat(txn_, core_->table(Table::content), &stat), "mdb_stat");
    return stat.ms_entries;
}

// ---- WriteTxn ----

WriteTxn::WriteTxn(IndexCore& core, MDB_txn* txn) : core_(&core), txn_(txn), view_(core, txn, true)
{
}

void WriteTxn::put_content(const Sha256& hash, const Content& record)
{
    lmdb::put(txn_, core_->table(Table::content), hash.view(), as_bytes(encode(record)));
}

void WriteTxn::erase_content(const Sha256& hash)
{
    lmdb::erase(txn_, core_->table(Table::content), hash.view());
}

void WriteTxn::put_layout(const Sha256& hash, std::uint32_t piece_length,
                          const std::vector<PieceHashes>& entries)
{
    lmdb::put(txn_, core_->table(Table::layout), hash.view(),
              as_bytes(encode_layout(piece_length, entries)));
}

void WriteTxn::erase_layout(const Sha256& hash)
{
    lmdb::erase(txn_, core_->table(Table::layout), hash.view());
}

void WriteTxn::put_chunk(const PieceRoot& root, const Chunk& record)
{
    lmdb::put(txn_, core_->table(Table::chunk), root.view(), as_bytes(encode(record)));
}

void WriteTxn::erase_chunk(const PieceRoot& root)
{
    lmdb::erase(txn_, core_->table(Table::chunk), root.view());
}

void WriteTxn::put_metainfo(const Sha256& hash, ByteView bytes)
{
    lmdb::put(txn_, core_->table(Table::metainfo), hash.view(), bytes);
}

void WriteTxn::erase_metainfo(const Sha256& hash)
{
    lmdb::erase(txn_, core_->table(Table::metainfo), hash.view());
}

void WriteTxn::put_torrent(ByteView info_hash, const TorrentRef& ref)
{
    if (info_hash.size() != InfoHash::size && info_hash.size() != InfoHashV2::size) {
        throw std::invalid_argument("an info-hash has 20 or 32 bytes");
    }
    std::string value(ref.content.chars());
    value.push_back(static_cast<char>(ref.format));
    lmdb::put(txn_, core_->table(Table::infohash), info_hash, as_bytes(value));
}

void WriteTxn::erase_torrent(ByteView info_hash)
{
    lmdb::erase(txn_, core_->table(Table::infohash), info_hash);
}

void WriteTxn::put_owner(const OwnerKeyParts& key, const Ownership& record)
{
    const auto before = view_.owned(key.content, key.owner);
    if (before && *before != key.uploaded) {
        erase_owner({key.owner, *before, key.content});  // a content stands once in a listing
    }
    std::string uploaded;
    append_be(uploaded, key.uploaded);
    lmdb::put(txn_, core_->table(Table::owner), owner_key(key).view(), as_bytes(encode(record)));
    lmdb::put(txn_, core_->table(Table::owned), owned_key(key.content, key.owner).view(),
              as_bytes(uploaded));
}

void WriteTxn::erase_owner(const OwnerKeyParts& key)
{
    lmdb::erase(txn_, core_->table(Table::owner), owner_key(key).view());
    lmdb::erase(txn_, core_->table(Table::owned), owned_key(key.content, key.owner).view());
}

void WriteTxn::put_doomed(const Sha256& hash)
{
    lmdb::put(txn_, core_->table(Table::doomed), hash.view(), {});
}

void WriteTxn::erase_doomed(const Sha256& hash)
{
    lmdb::erase(txn_, core_->table(Table::doomed), hash.view());
}

// ---- Index ----

Index::Index(std::unique_ptr<IndexCore> core) : core_(std::move(core)) {}
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;
Index::~Index() = default;

Index Index::open_writer(const IndexOptions& options)
{
    return Index(std::make_unique<IndexCore>(options, true));
}

Index Index::open_reader(const IndexOptions& options)
{
    return Index(std::make_unique<IndexCore>(options, false));
}

Snapshot Index::snapshot() const
{
    return {*core_, core_->begin_read(), false};
}

void Index::write(const std::function<void(WriteTxn&)>& change)
{
    if (!core_->writer()) {
        throw std::logic_error("the index is open for reading only");
    }
    const std::lock_guard lock(core_->write_mutex);
    const auto run = [&](MDB_txn* txn) {
        WriteTxn write(*core_, txn);
        change(write);
    };
    while (!core_->try_write(run)) {
        core_->double_map();
    }
}

int Index::clear_dead_readers() const
{
    int dead = 0;
    lmdb::check(mdb_reader_check(core_->env(), &dead), "mdb_reader_check");
    return dead;
}

}  // namespace btgw::store
