#include "upload.hpp"

#include "c_boundary.hpp"
#include "conf.hpp"
#include "in_flight.hpp"
#include "multipart_file.hpp"
#include "ngx_pool.hpp"
#include "request.hpp"
#include "shared/hex.hpp"
#include "shared/http/file_name.hpp"
#include "shared/http/media_type.hpp"
#include "spool_writer.hpp"
#include "worker.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace btgw::ngx {

namespace {

// Eight digits of the worker's pid, so that the engine knows whose it is, and eight at random.
std::string new_upload_id()
{
    static std::random_device entropy;
    const auto pid = static_cast<std::uint32_t>(ngx_pid);
    const std::uint32_t random = entropy();
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[i] = static_cast<std::uint8_t>(pid >> (24 - 8 * i));
        bytes[4 + i] = static_cast<std::uint8_t>(random >> (24 - 8 * i));
    }
    return to_hex(ByteView{bytes});
}

Refusal storage_refusal(std::error_code error)
{
    if (error == std::errc::no_space_on_device || error.value() == EDQUOT) {
        return {NGX_HTTP_INSUFFICIENT_STORAGE, "the storage is full"};
    }
    return {NGX_HTTP_INTERNAL_SERVER_ERROR, "the storage failed: " + error.message()};
}

// A form's type is the browser's or curl's guess by the file's name, and application/octet-stream
// stands for none: then our own table is asked, and after it the engine looks at the bytes (empty).
std::string form_media_type(const MultipartFile& file)
{
    std::string declared = http::normalized_media_type(file.media_type());
    if (!declared.empty() && declared != http::unknown_media_type) {
        return declared;
    }
    return std::string{http::media_type_for(file.name())};
}

Refusal body_refusal(ngx_int_t status)
{
    const bool too_large = status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    return {static_cast<ngx_uint_t>(status), too_large ? "the body is larger than this server takes"
                                                       : "the body ended early or is malformed"};
}

class Upload {
public:
    Upload(ngx_http_request_t& r, UploadPlan plan)
        : request_(r),
          plan_(std::move(plan)),
          id_(new_upload_id()),
          writer_(make_writer()),
          in_flight_(r.connection->log)
    {
        if (!plan_.boundary.empty()) {
            multipart_.emplace(plan_.boundary, writer_);
        }
    }
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    ~Upload()
    {
        if (asked_ != 0 && worker() != nullptr) {
            worker()->engine().forget(asked_);
        }
        abandon();
    }

    // Takes what has arrived and reads on, as far as buffers allow; every event leads here.
    void advance();
    void on_answer(const EngineLink::Answer& answer);

private:
    SpoolWriter make_writer();
    bool consume();
    bool take(ngx_buf_t& buffer);
    ngx_int_t read_more();
    void finish_body();
    Result<void> check_hash() const;
    void commit();
    void report_chunks();
    void respond(const wire::Committed& committed);
    void fail(Refusal refusal);
    void abandon() noexcept;
    void finalize(ngx_int_t rc) { ngx_http_finalize_request(&request_, rc); }

    ngx_http_request_t& request_;
    UploadPlan plan_;
    std::string id_;
    SpoolWriter writer_;
    std::optional<MultipartFile> multipart_;
    std::optional<Refusal> refusal_;  // to be sent when the writer is idle
    std::uint64_t asked_ = 0;         // id of the request to the engine
    bool body_read_ = false;
    bool announced_ = false;       // the engine was told of a chunk
    bool spool_released_ = false;  // what is in spool/ is the engine's, or removed
    InFlight in_flight_;
};

Upload& upload_of(ngx_http_request_t& r)
{
    return *static_cast<Upload*>(ngx_http_get_module_ctx((&r), ngx_http_btgw_module));
}

void on_event(ngx_http_request_t& r)
{
    upload_of(r).advance();
}

SpoolWriter Upload::make_writer()
{
    const LocationConf& conf = location_conf(request_);
    const off_t length = request_.headers_in.content_length_n;
    store::SpoolTarget target;
    target.storage = worker()->storage();
    target.upload = id_;
    target.chunk_threshold = static_cast<std::uint64_t>(conf.chunk_threshold);
    target.expected_size = length > 0 ? static_cast<std::uint64_t>(length) : 0;
    // A short body fits with a byte to spare: it is written, or sent to the engine, in one go.
    const auto buffer = length > 0
                            ? std::min(conf.upload_buffer, static_cast<std::size_t>(length) + 1)
                            : conf.upload_buffer;
    return {request_, *main_conf(request_).threads, std::move(target), buffer};
}

void Upload::advance()
{
    if (request_.connection->read->timedout && !writer_.busy()) {
        request_.connection->timedout = 1;
        finalize(NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }
    report_chunks();
    if (writer_.error() && !refusal_) {
        refusal_ = storage_refusal(writer_.error());
    }
    if (refusal_) {
        fail(*std::move(refusal_));
        return;
    }
    if (body_read_) {
        if (!writer_.busy() && asked_ == 0) {
            commit();
        }
        return;
    }
    const ngx_int_t rc = read_more();
    if (rc == NGX_OK) {
        finish_body();
    } else if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        fail(body_refusal(rc));
    } else if (refusal_) {
        fail(*std::move(refusal_));
    }
}

// NGX_OK: the whole body has been consumed. NGX_AGAIN: an event will follow.
ngx_int_t Upload::read_more()
{
    while (true) {
        if (!consume()) {
            // Not reading is the back-pressure; the client is not to blame for our waiting.
            ngx_event_t* read = request_.connection->read;
            if (read->timer_set) {
                ngx_del_timer(read);
            }
            return NGX_AGAIN;
        }
        if (!request_.reading_body) {
            return NGX_OK;
        }
        const ngx_int_t rc = ngx_http_read_unbuffered_request_body(&request_);
        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            return rc;
        }
        if (request_.request_body->bufs == nullptr && request_.reading_body) {
            return NGX_AGAIN;
        }
    }
}

// False: the writer has no room (or the body is refused), and buffers are left.
bool Upload::consume()
{
    ngx_http_request_body_t& body = *request_.request_body;
    while (body.bufs != nullptr) {
        if (!take(*body.bufs->buf)) {
            return false;
        }
        body.bufs = body.bufs->next;
    }
    return true;
}

bool Upload::take(ngx_buf_t& buffer)
{
    while (buffer.pos < buffer.last) {
        std::size_t room = writer_.free_space();
        if (room == 0) {
            return false;
        }
        room = std::min(room, static_cast<std::size_t>(buffer.last - buffer.pos));
        const ByteView bytes{buffer.pos, room};
        buffer.pos += room;
        if (!multipart_) {
            writer_.append(bytes);
        } else if (auto fed = multipart_->feed(bytes); !fed) {
            refusal_ = std::move(fed.error());
            return false;
        }
    }
    return true;
}

void Upload::report_chunks()
{
    if (writer_.busy()) {
        return;  // the file is the thread's now
    }
    const auto [first, end] = writer_.take_complete_chunks();
    for (std::uint32_t i = first; i < end; ++i) {
        worker()->engine().tell(wire::ChunkWritten{id_, i});
        announced_ = true;
    }
}

void Upload::finish_body()
{
    body_read_ = true;
    request_.read_event_handler = ngx_http_test_reading;  // notices a client that goes away
    if (multipart_) {
        if (auto complete = multipart_->check_complete(); !complete) {
            fail(std::move(complete.error()));
            return;
        }
    }
    writer_.finish();
    advance();
}

// The token's x tags bind the stored bytes; X-SHA-256 is the client's own check (BUD-02, BUD-11).
Result<void> Upload::check_hash() const
{
    if (plan_.declared_hash && *plan_.declared_hash != writer_.hash()) {
        return refuse(NGX_HTTP_CONFLICT, "the body's SHA-256 is not the one in X-SHA-256");
    }
    if (plan_.token && !nostr::covers(*plan_.token, writer_.hash())) {
        return refuse(NGX_HTTP_UNAUTHORIZED, "no x tag of the token names the body's SHA-256");
    }
    return {};
}

void Upload::commit()
{
    if (auto checked = check_hash(); !checked) {
        fail(std::move(checked.error()));
        return;
    }
    wire::CommitUpload request;
    request.upload = id_;
    request.hash = writer_.hash();
    request.size = writer_.size();
    request.shape = writer_.shape();
    request.media_type = multipart_ ? form_media_type(*multipart_) : plan_.media_type;
    request.name = http::sanitized_file_name(multipart_ ? multipart_->name() : plan_.name);
    if (plan_.token) {
        request.owner = plan_.token->pubkey;
    }
    if (request.shape == wire::Shape::in_message) {
        request.payload = writer_.payload();
    }
    asked_ =
        worker()->engine().ask(std::move(request), main_conf(request_).engine_timeout,
                               [this](const EngineLink::Answer& answer) { on_answer(answer); });
    if (asked_ == 0) {
        fail({NGX_HTTP_SERVICE_UNAVAILABLE, "the engine is down; try again"});
        return;
    }
    spool_released_ = true;
}

void Upload::on_answer(const EngineLink::Answer& answer)
{
    asked_ = 0;
    ngx_connection_t* connection = request_.connection;
    ngx_http_set_log_request(connection->log, &request_);
    if (!answer) {
        spool_released_ = false;  // an engine that comes back knows nothing of it
        fail(answer.error());
    } else if (const auto* committed = std::get_if<wire::Committed>(&*answer)) {
        respond(*committed);
    } else if (const auto* refused = std::get_if<wire::Refused>(&*answer)) {
        fail({refused->status, refused->reason});
    } else {
        fail({NGX_HTTP_INTERNAL_SERVER_ERROR, "the engine gave an answer that does not fit"});
    }
    ngx_http_run_posted_requests(connection);
}

void Upload::respond(const wire::Committed& committed)
{
    const auto content = find_content(request_, writer_.hash());
    if (!content) {
        fail(content.error());  // deleted by its owner in this very moment
        return;
    }
    finalize(plan_.respond(request_, *content, committed.uploaded, committed.existed));
}

void Upload::fail(Refusal refusal)
{
    if (writer_.busy()) {
        refusal_ = std::move(refusal);  // the task's end leads back here
        return;
    }
    abandon();  // now: the connection, and with it the request, may linger for seconds
    finalize(respond_refusal(request_, refusal));
}

// Leaves nothing behind of an upload that is not the engine's.
void Upload::abandon() noexcept
{
    if (spool_released_) {
        return;
    }
    spool_released_ = true;
    try {
        writer_.discard();
        if (announced_ && worker() != nullptr) {
            worker()->engine().tell(wire::UploadAborted{id_});
        }
    } catch (...) {
        log_exception(request_.connection->log);
    }
}

// The body is there, or begins to be: from now on events lead to advance().
void on_body(ngx_http_request_t& r)
{
    r.read_event_handler = request_event<on_event>;
    r.write_event_handler = request_event<on_event>;
    upload_of(r).advance();
}

}  // namespace

Result<Token> read_uploader(ngx_http_request_t& r)
{
    return location_conf(r).anonymous_upload == 1 ? read_token(r, "upload")
                                                  : require_token(r, "upload");
}

Result<void> check_body_length(ngx_http_request_t& r)
{
    if (r.headers_in.content_length_n < 0 && r.headers_in.chunked == 0) {
        return refuse(NGX_HTTP_LENGTH_REQUIRED, "Content-Length is missing");
    }
    return {};
}

ngx_int_t receive_upload(ngx_http_request_t& r, UploadPlan plan)
{
    if (!worker()->engine().maybe_up()) {
        return respond_refusal(r, {NGX_HTTP_SERVICE_UNAVAILABLE, "the engine is down; try again"});
    }
    auto& upload = make_in_pool<Upload>(*r.pool, r, std::move(plan));
    ngx_http_set_ctx((&r), &upload, ngx_http_btgw_module);
    r.request_body_no_buffering = 1;
    const ngx_int_t rc = ngx_http_read_client_request_body(&r, request_event<on_body>);
    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

}  // namespace btgw::ngx
