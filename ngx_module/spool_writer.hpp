// Takes an upload's bytes from the event loop to a SpoolFile in nginx's thread pool: one buffer
// fills while the other is written and hashed. Nothing here blocks the loop.
#pragma once

#include "ngx.hpp"
#include "shared/bytes.hpp"
#include "shared/store/spool_file.hpp"
#include "shared/wire/messages.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace btgw::ngx {

class SpoolWriter {
public:
    // `buffer_size` is of each of two buffers, in bytes. When a task ends, the request's write
    // event handler is called.
    SpoolWriter(ngx_http_request_t& r, ngx_thread_pool_t& threads, store::SpoolTarget target,
                std::size_t buffer_size);
    SpoolWriter(const SpoolWriter&) = delete;
    SpoolWriter& operator=(const SpoolWriter&) = delete;

    // How many bytes append() takes now; 0: wait until a task has ended.
    [[nodiscard]] std::size_t free_space() const;
    void append(ByteView bytes);
    // After the last append(). The upload is whole when busy() has become false.
    void finish();

    // A task is running: the request must not be finalised now.
    [[nodiscard]] bool busy() const { return busy_; }
    [[nodiscard]] std::error_code error() const { return error_; }
    // Chunks that have become complete since the last call: [first, second).
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> take_complete_chunks();

    // Once finished and not busy.
    [[nodiscard]] const Sha256& hash() const { return hash_; }
    [[nodiscard]] std::uint64_t size() const { return received_; }
    [[nodiscard]] wire::Shape shape() const;
    // The bytes themselves where they are few enough for the index (Shape::in_message).
    [[nodiscard]] std::string_view payload() const { return as_chars(buffers_[0]); }

    // Removes what is in spool/, in a thread. Not while busy(); nothing else may be called
    // afterwards.
    void discard();

private:
    using Buffer = std::vector<std::uint8_t>;

    static void run_in_thread(void* data, ngx_log_t* log) noexcept;
    static void on_task_end(ngx_event_t* event) noexcept;
    void post_task();
    void start_if_due();

    ngx_http_request_t& request_;
    ngx_thread_pool_t& threads_;
    ngx_thread_task_t* task_ = nullptr;
    std::unique_ptr<store::SpoolFile> file_;
    std::size_t buffer_size_;
    std::array<Buffer, 2> buffers_;
    std::size_t filling_ = 0;  // which buffer append() writes to; the other is the task's
    std::uint64_t received_ = 0;
    std::uint32_t reported_chunks_ = 0;
    std::error_code error_;
    Sha256 hash_;
    bool busy_ = false;
    bool touched_disk_ = false;
    bool finishing_ = false;  // no more bytes will come
    bool last_task_ = false;  // the running task ends the file
    bool finished_ = false;
};

}  // namespace btgw::ngx
