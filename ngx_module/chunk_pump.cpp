#include "chunk_pump.hpp"

#include "c_boundary.hpp"
#include "cached_file.hpp"
#include "content_send.hpp"
#include "leases.hpp"
#include "ngx_pool.hpp"
#include "shared/store/content_files.hpp"
#include "worker.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

namespace btgw::ngx {

namespace {

constexpr std::size_t slots_in_flight = 2;
constexpr std::size_t names_at_a_time = 128;  // chunk names copied out of the index in one look-up
constexpr std::size_t slot_pool_size = 512;   // bytes: a path, a cleanup record, an ngx_file_t
constexpr off_t chunk_length = store::chunk_length;

// The chunk names of one content, a window at a time.
class ChunkNames {
public:
    explicit ChunkNames(const Sha256& content) : content_(content) {}

    // Null when the layout has gone.
    const PieceRoot* at(std::size_t index)
    {
        if (index < first_ || index >= first_ + names_.size()) {
            load(index);
        }
        return index - first_ < names_.size() ? &names_[index - first_] : nullptr;
    }

private:
    void load(std::size_t index)
    {
        names_.clear();
        first_ = index;
        const store::Snapshot snapshot = worker()->index()->snapshot();
        const auto layout = snapshot.layout(content_);
        if (!layout) {
            return;
        }
        const std::size_t end = std::min(index + names_at_a_time, layout->size());
        for (std::size_t i = index; i < end; ++i) {
            names_.push_back(layout->at(i).root);
        }
    }

    Sha256 content_;
    std::size_t first_ = 0;
    std::vector<PieceRoot> names_;
};

// One chunk on its way out. The same buffer travels through all filters, and is advanced in place.
struct Slot {
    ngx_buf_t buffer{};
    ngx_chain_t link{};
    ngx_pool_t* pool = nullptr;         // of this chunk alone: destroying it gives the file back
    ngx_thread_task_t* task = nullptr;  // aio threads: kept, or each chunk would allocate one

    [[nodiscard]] bool in_use() const { return pool != nullptr; }
};

class ChunkPump {
public:
    ChunkPump(ngx_http_request_t& r, const FoundContent& content,
              std::shared_ptr<Leases::Lock> lease)
        : request_(r),
          names_(content.hash),
          lease_(std::move(lease)),
          size_(content.size),
          end_(content.size)
    {
    }
    ChunkPump(const ChunkPump&) = delete;
    ChunkPump& operator=(const ChunkPump&) = delete;
    ~ChunkPump()
    {
        for (Slot& slot : slots_) {
            release(slot);
        }
    }

    // The first chunk, opened before the header is sent: what is missing becomes a clean status.
    // (Which chunk a range needs first is known only later.)
    Result<void> probe()
    {
        auto file = open_chunk(*request_.pool, 0);
        return file ? Result<void>{} : tl::unexpected{file.error()};
    }

    // The header has been sent: continues at the one range that the range filter parsed.
    ngx_int_t seek()
    {
        if (request_.headers_out.status != NGX_HTTP_PARTIAL_CONTENT) {
            return NGX_OK;
        }
        position_ = request_.headers_out.content_offset;
        end_ = position_ + request_.headers_out.content_length_n;
        return position_ == 0 ? NGX_OK : skip(position_);
    }

    // Queues chunks while slots are free. NGX_AGAIN: waiting for the socket.
    ngx_int_t advance();

    [[nodiscard]] bool all_queued() const { return position_ == end_; }

private:
    // The range filter counts and drops what lies before the range: one empty stretch of file
    // stands for all skipped chunks, so that none of them is opened.
    ngx_int_t skip(off_t length)
    {
        auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(request_.pool));
        if (buffer == nullptr) {
            return NGX_ERROR;
        }
        buffer->in_file = 1;
        buffer->file_last = length;
        ngx_chain_t out{buffer, nullptr};
        return ngx_http_output_filter(&request_, &out) == NGX_ERROR ? NGX_ERROR : NGX_OK;
    }

    Result<ngx_file_t*> open_chunk(ngx_pool_t& pool, std::size_t index)
    {
        const PieceRoot* name = names_.at(index);
        if (name == nullptr) {
            return refuse(NGX_HTTP_NOT_FOUND, "no such content");
        }
        const off_t begin = static_cast<off_t>(index) * chunk_length;
        return open_cached(request_, pool, worker()->storage() + '/' + store::chunk_path(*name),
                           std::min(chunk_length, size_ - begin));
    }

    bool fill(Slot& slot);
    static void release(Slot& slot);
    Slot* free_slot();

    ngx_http_request_t& request_;
    ChunkNames names_;
    std::shared_ptr<Leases::Lock> lease_;
    off_t size_;
    off_t position_ = 0;
    off_t end_;
    std::array<Slot, slots_in_flight> slots_;
};

void ChunkPump::release(Slot& slot)
{
    if (slot.in_use()) {
        slot.task = slot.buffer.file->thread_task;
        ngx_destroy_pool(slot.pool);
        slot.pool = nullptr;
    }
}

Slot* ChunkPump::free_slot()
{
    for (Slot& slot : slots_) {
        if (slot.in_use() && ngx_buf_size((&slot.buffer)) == 0) {
            release(slot);
        }
    }
    auto* const found =
        std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.in_use(); });
    return found == slots_.end() ? nullptr : &*found;
}

bool ChunkPump::fill(Slot& slot)
{
    const auto index = static_cast<std::size_t>(position_ / chunk_length);
    const off_t offset = position_ % chunk_length;
    const off_t length = std::min(chunk_length - offset, end_ - position_);

    slot.pool = ngx_create_pool(slot_pool_size, request_.connection->log);
    if (slot.pool == nullptr) {
        return false;
    }
    auto file = open_chunk(*slot.pool, index);
    if (!file) {
        ngx_destroy_pool(slot.pool);
        slot.pool = nullptr;
        return false;
    }
    (*file)->thread_task = slot.task;
    slot.buffer = {};
    slot.buffer.file = *file;
    slot.buffer.in_file = 1;
    slot.buffer.file_pos = offset;
    slot.buffer.file_last = offset + length;
    slot.buffer.tag = &ngx_http_btgw_module;
    position_ += length;
    if (all_queued()) {
        slot.buffer.last_buf = &request_ == request_.main;
        slot.buffer.last_in_chain = 1;
    } else {
        slot.buffer.flush = 1;  // or postpone_output would hold a small one back, and nothing drain
    }
    slot.link = {&slot.buffer, nullptr};
    return true;
}

ngx_int_t ChunkPump::advance()
{
    while (!all_queued()) {
        Slot* slot = free_slot();
        if (slot == nullptr) {
            return NGX_AGAIN;
        }
        if (!fill(*slot)) {
            return NGX_ERROR;  // the length has been promised: close short, never pad
        }
        if (ngx_http_output_filter(&request_, &slot->link) == NGX_ERROR) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

ChunkPump& pump_of(ngx_http_request_t& r)
{
    return *static_cast<ChunkPump*>(ngx_http_get_module_ctx((&r), ngx_http_btgw_module));
}

// Drains what is buffered and queues more. NGX_AGAIN: wait for the socket; else: finalise with it.
ngx_int_t drain_and_advance(ngx_http_request_t& r)
{
    const ngx_event_t& write = *r.connection->write;
    if (write.delayed || r.aio) {
        return NGX_AGAIN;
    }
    if (r.buffered || r.connection->buffered) {
        if (ngx_http_output_filter(&r, nullptr) == NGX_ERROR) {
            return NGX_ERROR;
        }
        if (write.delayed || r.aio) {
            return NGX_AGAIN;
        }
    }
    return pump_of(r).advance();
}

void on_writable(ngx_http_request_t& r)
{
    ngx_event_t* write = r.connection->write;
    if (write->timedout) {
        r.connection->timedout = 1;
        ngx_http_finalize_request(&r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }
    const ngx_int_t rc = drain_and_advance(r);
    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(&r, rc);  // all is queued: nginx's writer sends the rest
        return;
    }
    const auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r.main, ngx_http_core_module));
    if (!write->delayed) {
        ngx_add_timer(write, core->send_timeout);
    }
    if (ngx_handle_write_event(write, core->send_lowat) != NGX_OK) {
        ngx_http_finalize_request(&r, NGX_ERROR);
    }
}

}  // namespace

ngx_int_t send_chunks(ngx_http_request_t& r, const FoundContent& content,
                      std::string_view disposition)
{
    // The lease comes before the layout is read: what is in the index from here on stays on disk.
    auto lease = worker()->leases().acquire(content.hash);
    if (lease == nullptr) {
        return respond_refusal(r, {NGX_HTTP_NOT_FOUND, "no such content"});
    }
    auto& pump = make_in_pool<ChunkPump>(*r.pool, r, content, std::move(lease));
    if (r.headers_in.range == nullptr) {
        if (const auto probed = pump.probe(); !probed) {
            return respond_refusal(r, probed.error());
        }
    }
    set_content_headers(r, content, disposition);
    // Several ranges are cut out of one buffer only; with more chunks than one they get the whole.
    r.single_range = content.size > chunk_length;
    const ngx_int_t rc = send_content_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r.header_only) {
        return rc;
    }
    if (r.single_range && pump.seek() != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_http_set_ctx((&r), &pump, ngx_http_btgw_module);
    ++r.main->count;
    r.read_event_handler = ngx_http_test_reading;
    r.write_event_handler = request_event<on_writable>;
    on_writable(r);
    return NGX_DONE;
}

}  // namespace btgw::ngx
