#include "spool_writer.hpp"

#include "c_boundary.hpp"
#include "shared/digest.hpp"
#include "shared/store/records.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace btgw::ngx {

namespace {

// A multipart parser may hand over more than it was fed: a delimiter that turned out to be none.
constexpr std::size_t overhang = 256;

// A request's pool dies with the request, but its files in spool/ are removed in a thread.
struct Removal {
    ngx_pool_t* pool;
    std::unique_ptr<store::SpoolFile> file;
};

void remove_in_thread(void* data, ngx_log_t*) noexcept
{
    static_cast<Removal*>(data)->file->remove();
}

void on_removed(ngx_event_t* event) noexcept
{
    auto* removal = static_cast<Removal*>(event->data);
    ngx_destroy_pool(removal->pool);
    delete removal;
}

// Failing here is harmless: the engine sweeps spool/.
void remove_later(ngx_thread_pool_t& threads, std::unique_ptr<store::SpoolFile> file)
{
    ngx_pool_t* pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == nullptr) {
        return;
    }
    ngx_thread_task_t* task = ngx_thread_task_alloc(pool, 0);
    if (task == nullptr) {
        ngx_destroy_pool(pool);
        return;
    }
    auto* removal = new Removal{pool, std::move(file)};
    task->ctx = removal;
    task->handler = remove_in_thread;
    task->event.handler = on_removed;
    task->event.data = removal;
    task->event.log = ngx_cycle->log;
    if (ngx_thread_task_post(&threads, task) != NGX_OK) {
        on_removed(&task->event);
    }
}

}  // namespace

SpoolWriter::SpoolWriter(ngx_http_request_t& r, ngx_thread_pool_t& threads,
                         store::SpoolTarget target, std::size_t buffer_size)
    : request_(r),
      threads_(threads),
      file_(std::make_unique<store::SpoolFile>(std::move(target))),
      buffer_size_(buffer_size)
{
    buffers_[0].reserve(buffer_size_ + overhang);
}

void SpoolWriter::discard()
{
    if (touched_disk_ && file_) {
        remove_later(threads_, std::move(file_));
    }
}

std::size_t SpoolWriter::free_space() const
{
    return buffer_size_ - std::min(buffer_size_, buffers_[filling_].size());
}

void SpoolWriter::append(ByteView bytes)
{
    Buffer& buffer = buffers_[filling_];
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
    received_ += bytes.size();
    start_if_due();
}

void SpoolWriter::finish()
{
    finishing_ = true;
    if (!touched_disk_ && received_ <= store::inline_limit) {
        hash_ = sha256(buffers_[0]);
        finished_ = true;
        return;
    }
    start_if_due();
}

wire::Shape SpoolWriter::shape() const
{
    if (!touched_disk_) {
        return wire::Shape::in_message;
    }
    return file_->chunked() ? wire::Shape::chunks : wire::Shape::file;
}

std::pair<std::uint32_t, std::uint32_t> SpoolWriter::take_complete_chunks()
{
    const std::uint32_t first = reported_chunks_;
    reported_chunks_ = std::max(first, file_->complete_chunks());
    return {first, reported_chunks_};
}

void SpoolWriter::start_if_due()
{
    if (busy_ || finished_ || error_) {
        return;
    }
    if (finishing_ || free_space() == 0) {
        post_task();
    }
}

void SpoolWriter::post_task()
{
    if (task_ == nullptr) {
        task_ = ngx_thread_task_alloc(request_.pool, 0);
        if (task_ == nullptr) {
            throw std::bad_alloc{};
        }
        task_->ctx = this;
        task_->handler = run_in_thread;
        task_->event.handler = on_task_end;
        task_->event.data = this;
        task_->event.log = request_.connection->log;
    }
    last_task_ = finishing_;
    filling_ = 1 - filling_;
    if (!last_task_) {
        buffers_[filling_].reserve(buffer_size_ + overhang);
    }
    if (ngx_thread_task_post(&threads_, task_) != NGX_OK) {
        throw std::runtime_error("the thread pool's queue is full");
    }
    touched_disk_ = true;
    busy_ = true;
    ++request_.main->blocked;  // the request's memory must outlive the task
}

void SpoolWriter::run_in_thread(void* data, ngx_log_t*) noexcept
{
    SpoolWriter& self = *static_cast<SpoolWriter*>(data);
    try {
        self.error_ = self.file_->write(self.buffers_[1 - self.filling_]);
        if (!self.error_ && self.last_task_) {
            self.error_ = self.file_->finish();
            self.hash_ = self.file_->hash();
        }
    } catch (...) {
        self.error_ = std::make_error_code(std::errc::not_enough_memory);
    }
}

void SpoolWriter::on_task_end(ngx_event_t* event) noexcept
{
    SpoolWriter& self = *static_cast<SpoolWriter*>(event->data);
    ngx_http_request_t& r = self.request_;
    ngx_connection_t* connection = r.connection;
    ngx_http_set_log_request(connection->log, &r);

    --r.main->blocked;
    self.busy_ = false;
    self.finished_ = self.last_task_ && !self.error_;
    self.buffers_[1 - self.filling_].clear();
    try {
        self.start_if_due();
    } catch (...) {
        log_exception(connection->log);
        self.error_ = std::make_error_code(std::errc::resource_unavailable_try_again);
    }
    // The upload's own handler, or nginx's finalizer if the connection broke meanwhile.
    r.write_event_handler(&r);
    ngx_http_run_posted_requests(connection);
}

}  // namespace btgw::ngx
