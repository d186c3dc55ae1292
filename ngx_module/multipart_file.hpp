// The one file of a multipart/form-data upload, on its way into a SpoolWriter. Other fields are
// read and dropped.
#pragma once

#include "respond.hpp"
#include "shared/http/multipart.hpp"
#include "spool_writer.hpp"

#include <string>

namespace btgw::ngx {

class MultipartFile : private http::MultipartSink {
public:
    MultipartFile(std::string_view boundary, SpoolWriter& writer)
        : parser_(boundary, *this), writer_(writer)
    {
    }

    Result<void> feed(ByteView bytes);
    // At the end of the body: 400 when it was cut short or held no file.
    Result<void> check_complete() const;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& media_type() const { return media_type_; }

private:
    void on_part(const http::PartHeaders& headers) override;
    void on_data(ByteView bytes) override;
    void on_part_end() override;

    http::MultipartParser parser_;
    SpoolWriter& writer_;
    std::string name_;
    std::string media_type_;
    unsigned files_ = 0;
    bool in_file_ = false;
};

}  // namespace btgw::ngx
