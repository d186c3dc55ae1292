#include "multipart_file.hpp"

namespace btgw::ngx {

Result<void> MultipartFile::feed(ByteView bytes)
{
    const auto fed = parser_.feed(bytes);
    if (!fed) {
        return refuse(NGX_HTTP_BAD_REQUEST, "multipart: " + fed.error());
    }
    if (files_ > 1) {
        return refuse(NGX_HTTP_BAD_REQUEST, "multipart: one file for each request");
    }
    return {};
}

Result<void> MultipartFile::check_complete() const
{
    if (!parser_.finished()) {
        return refuse(NGX_HTTP_BAD_REQUEST, "multipart: the closing delimiter is missing");
    }
    if (files_ == 0) {
        return refuse(NGX_HTTP_BAD_REQUEST, "multipart: there is no part \"file\"");
    }
    return {};
}

void MultipartFile::on_part(const http::PartHeaders& headers)
{
    in_file_ = headers.file_name.has_value() || headers.name == "file";
    if (!in_file_) {
        return;
    }
    ++files_;
    name_ = headers.file_name.value_or("");
    media_type_ = headers.media_type;
}

void MultipartFile::on_data(ByteView bytes)
{
    if (in_file_ && files_ == 1) {
        writer_.append(bytes);
    }
}

void MultipartFile::on_part_end()
{
    in_file_ = false;
}

}  // namespace btgw::ngx
