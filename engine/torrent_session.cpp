#include "torrent_session.hpp"

#include "../shared/hex.hpp"
#include "content_disk_io.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/extensions/smart_ban.hpp>
#include <libtorrent/extensions/ut_metadata.hpp>
#include <libtorrent/extensions/ut_pex.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>
#include <spdlog/spdlog.h>

namespace btgw::engine {

namespace {

namespace lt = libtorrent;
using store::TorrentFormat;

// Torrents added between two turns of the event loop: a few milliseconds.
constexpr std::size_t slice_size = 100;

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words) {
        out += (out.empty() ? "" : ",") + word;
    }
    return out;
}

void set_connection_settings(lt::settings_pack& settings, const TorrentConfig& config)
{
    settings.set_str(lt::settings_pack::listen_interfaces, joined(config.listen));
    settings.set_int(lt::settings_pack::connections_limit, config.connections);
    settings.set_int(lt::settings_pack::upload_rate_limit, config.upload_rate);
    settings.set_int(lt::settings_pack::unchoke_slots_limit, -1);
    settings.set_int(lt::settings_pack::listen_queue_size, 512);
    settings.set_int(lt::settings_pack::active_limit, -1);
    settings.set_int(lt::settings_pack::active_seeds, -1);
    settings.set_int(lt::settings_pack::send_buffer_watermark, 2 << 20);
    settings.set_bool(lt::settings_pack::allow_multiple_connections_per_ip, true);
    settings.set_bool(lt::settings_pack::enable_incoming_utp, config.utp);
    settings.set_bool(lt::settings_pack::enable_outgoing_utp, config.utp);
    settings.set_bool(lt::settings_pack::close_redundant_connections, true);
}

// Everything that talks to the outside without having been asked is off unless configured.
void set_discovery_settings(lt::settings_pack& settings, const TorrentConfig& config,
                            const DhtConfig& dht)
{
    settings.set_bool(lt::settings_pack::enable_lsd, config.lsd);
    settings.set_bool(lt::settings_pack::enable_upnp, false);
    settings.set_bool(lt::settings_pack::enable_natpmp, false);
    settings.set_bool(lt::settings_pack::enable_dht, dht.enabled);
    settings.set_str(lt::settings_pack::dht_bootstrap_nodes, joined(dht.bootstrap));
    settings.set_int(lt::settings_pack::dht_upload_rate_limit, 400'000);  // bytes per second
}

lt::settings_pack make_settings(const TorrentConfig& config, const DhtConfig& dht)
{
    lt::settings_pack settings;
    set_connection_settings(settings, config);
    set_discovery_settings(settings, config, dht);
    settings.set_str(lt::settings_pack::user_agent, "bittorrent-gateway/" BTGW_VERSION);
    settings.set_int(lt::settings_pack::alert_mask,
                     static_cast<int>(static_cast<std::uint32_t>(lt::alert_category::error |
                                                                 lt::alert_category::status)));
    settings.set_int(lt::settings_pack::alert_queue_size, 10'000);
    return settings;
}

// An empty list of extensions, given at construction: the default one would bring peer exchange,
// and what is appended to it comes twice.
lt::session_params make_params(const TorrentConfig& config, const DhtConfig& dht)
{
    return {make_settings(config, dht), {}};
}

lt::add_torrent_params make_add_params(std::shared_ptr<lt::torrent_info> info,
                                       const TorrentConfig& config, const DhtConfig& dht)
{
    lt::add_torrent_params out;
    out.flags = lt::torrent_flags::seed_mode | lt::torrent_flags::no_verify_files |
                lt::torrent_flags::apply_ip_filter;
    if (!config.pex) {
        out.flags |= lt::torrent_flags::disable_pex;
    }
    if (!config.lsd) {
        out.flags |= lt::torrent_flags::disable_lsd;
    }
    if (!dht.enabled) {
        out.flags |= lt::torrent_flags::disable_dht;
    }
    // Without this each piece would be hashed once before it is first sent.
    out.verified_pieces.resize(info->num_pieces(), true);
    out.save_path = "/";  // asked for, and not used: nothing is ever written
    out.ti = std::move(info);
    return out;
}

std::string body_of(const store::Snapshot& snapshot, const Sha256& hash, TorrentFormat format)
{
    if (format == TorrentFormat::v1) {
        const auto stored = snapshot.metainfo(hash);
        return stored ? std::string(as_chars(*stored)) : std::string();
    }
    const auto content = snapshot.content(hash);
    const auto layout = snapshot.layout(hash);
    if (!content || !layout) {
        return {};
    }
    const auto pieces = pieces_of(*layout);
    const auto name = torrent_name(content->name, hash);
    return bittorrent::metainfo_body(format, {name, content->size, layout->piece_length, &pieces});
}

lt::sha1_hash session_key(const TorrentIds& ids, TorrentFormat format)
{
    const auto hash = format == TorrentFormat::v1   ? ids.v1
                      : format == TorrentFormat::v2 ? truncated(ids.v2)
                                                    : truncated(ids.hybrid_v2);
    return lt::sha1_hash(hash.chars().data());
}

}  // namespace

TorrentSession::TorrentSession(Collaborators with, TorrentConfig torrent, DhtConfig dht)
    : with_(with), config_(std::move(torrent)), dht_(std::move(dht))
{
}

TorrentSession::~TorrentSession()
{
    stop();
}

void TorrentSession::start()
{
    if (config_.listen.empty()) {
        return;
    }
    auto params = make_params(config_, dht_);
    params.disk_io_constructor = [this](lt::io_context& io, const lt::settings_interface&,
                                        lt::counters&) {
        return make_content_disk_io(io, with_.index, with_.reader, config_.disk_threads);
    };
    session_ = std::make_unique<lt::session>(std::move(params));
    session_->add_extension(&lt::create_ut_metadata_plugin);
    session_->add_extension(&lt::create_smart_ban_plugin);
    if (config_.pex) {
        session_->add_extension(&lt::create_ut_pex_plugin);
    }
    session_->set_alert_notify([this] { asio::post(with_.io, [this] { handle_alerts(); }); });
    peer_port_ = session_->listen_port();  // waits until its network thread has tried to listen
    add_slice(std::nullopt);
}

void TorrentSession::stop()
{
    if (session_) {
        session_->set_alert_notify({});
        session_.reset();  // waits for its threads
    }
}

// After each slice a pool thread asks the session a question, which libtorrent answers when it has
// worked off the slice: so its queue stays short, and calls that wait for an answer are quick.
void TorrentSession::add_slice(const std::optional<Sha256>& after)
{
    std::vector<Sha256> slice;
    {
        const auto snapshot = with_.index.snapshot();
        slice = snapshot.contents_after(after, slice_size);
        for (const auto& content : slice) {
            add(snapshot, content);
        }
    }
    if (slice.size() < slice_size) {
        spdlog::info("seeding {} torrents", torrents());
        return;
    }
    asio::post(with_.pool, [this, last = slice.back()] {
        static_cast<void>(session_->is_paused());
        asio::post(with_.io, [this, last] {
            if (session_) {
                add_slice(last);
            }
        });
    });
}

void TorrentSession::seed(const Sha256& content)
{
    if (session_) {
        add(with_.index.snapshot(), content);
    }
}

void TorrentSession::add(const store::Snapshot& snapshot, const Sha256& content)
{
    const auto record = snapshot.content(content);
    if (!record || !record->has_torrent || !seeded_.insert(content).second) {
        return;
    }
    for (const auto format : config_.seed_formats) {
        add_format(snapshot, content, format);
    }
}

void TorrentSession::add_format(const store::Snapshot& snapshot, const Sha256& content,
                                TorrentFormat format)
{
    const auto file = bittorrent::torrent_file(body_of(snapshot, content, format), {}, {});
    lt::error_code error;
    auto info =
        std::make_shared<lt::torrent_info>(lt::span<const char>(file), error, lt::from_span);
    if (error) {
        spdlog::error("the torrent of {} cannot be seeded: {}", to_hex(content), error.message());
        return;
    }
    session_->async_add_torrent(make_add_params(std::move(info), config_, dht_));
}

void TorrentSession::remove(const Sha256& content, const TorrentIds& ids)
{
    if (!session_ || seeded_.erase(content) == 0) {
        return;
    }
    for (const auto format : config_.seed_formats) {
        const auto torrent = session_->find_torrent(session_key(ids, format));
        if (torrent.is_valid()) {
            session_->remove_torrent(torrent);
        }
    }
}

std::uint64_t TorrentSession::torrents() const
{
    return seeded_.size() * config_.seed_formats.size();
}

std::uint8_t TorrentSession::formats() const
{
    unsigned out = 0;
    for (const auto format : config_.seed_formats) {
        out |= session_ ? 1u << static_cast<unsigned>(format) : 0u;
    }
    return static_cast<std::uint8_t>(out);
}

void TorrentSession::handle_alerts()
{
    if (!session_) {
        return;
    }
    std::vector<lt::alert*> alerts;
    session_->pop_alerts(&alerts);
    for (const auto* alert : alerts) {
        handle(*alert);
    }
}

void TorrentSession::handle(const lt::alert& alert)
{
    if (const auto* listening = lt::alert_cast<lt::listen_succeeded_alert>(&alert)) {
        if (listening->socket_type == lt::socket_type_t::tcp && peer_port_ == 0) {
            peer_port_ = static_cast<std::uint16_t>(listening->port);
        }
        spdlog::info("{}", alert.message());
    } else if (const auto* added = lt::alert_cast<lt::add_torrent_alert>(&alert)) {
        if (added->error) {
            spdlog::error("a torrent is not seeded: {}", alert.message());
        }
    } else if (alert.category() & lt::alert_category::error) {
        // What single peers do wrong is not worth more.
        const bool peer = static_cast<bool>(alert.category() & lt::alert_category::peer);
        spdlog::log(peer ? spdlog::level::debug : spdlog::level::warn, "{}", alert.message());
    }
}

}  // namespace btgw::engine
