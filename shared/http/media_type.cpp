#include "media_type.hpp"

#include "../ascii.hpp"
#include "parameters.hpp"

#include <algorithm>
#include <array>

namespace btgw::http {

namespace {

constexpr std::size_t max_media_type = 127;  // bytes (RFC 6838 section 4.2)

struct KnownType {
    std::string_view extension;
    std::string_view media_type;
};

// The first line of a media type gives its extension, and the other way round.
constexpr std::array known_types = {
    // images
    KnownType{".jpg", "image/jpeg"},
    KnownType{".jpeg", "image/jpeg"},
    KnownType{".jpg", "image/jpg"},
    KnownType{".jfif", "image/jpeg"},
    KnownType{".png", "image/png"},
    KnownType{".apng", "image/apng"},
    KnownType{".gif", "image/gif"},
    KnownType{".webp", "image/webp"},
    KnownType{".avif", "image/avif"},
    KnownType{".heic", "image/heic"},
    KnownType{".heif", "image/heif"},
    KnownType{".jxl", "image/jxl"},
    KnownType{".bmp", "image/bmp"},
    KnownType{".tiff", "image/tiff"},
    KnownType{".tif", "image/tiff"},
    KnownType{".ico", "image/vnd.microsoft.icon"},
    KnownType{".ico", "image/x-icon"},
    KnownType{".svg", "image/svg+xml"},
    KnownType{".psd", "image/vnd.adobe.photoshop"},
    // audio
    KnownType{".mp3", "audio/mpeg"},
    KnownType{".mp3", "audio/mp3"},
    KnownType{".m4a", "audio/mp4"},
    KnownType{".m4a", "audio/x-m4a"},
    KnownType{".aac", "audio/aac"},
    KnownType{".ogg", "audio/ogg"},
    KnownType{".oga", "audio/ogg"},
    KnownType{".opus", "audio/opus"},
    KnownType{".flac", "audio/flac"},
    KnownType{".flac", "audio/x-flac"},
    KnownType{".wav", "audio/wav"},
    KnownType{".wav", "audio/x-wav"},
    KnownType{".wav", "audio/vnd.wave"},
    KnownType{".aiff", "audio/aiff"},
    KnownType{".weba", "audio/webm"},
    KnownType{".mka", "audio/x-matroska"},
    KnownType{".mid", "audio/midi"},
    // video
    KnownType{".mp4", "video/mp4"},
    KnownType{".m4v", "video/mp4"},
    KnownType{".m4v", "video/x-m4v"},
    KnownType{".webm", "video/webm"},
    KnownType{".mkv", "video/x-matroska"},
    KnownType{".mkv", "video/matroska"},
    KnownType{".mov", "video/quicktime"},
    KnownType{".avi", "video/x-msvideo"},
    KnownType{".avi", "video/vnd.avi"},
    KnownType{".ogv", "video/ogg"},
    KnownType{".mpeg", "video/mpeg"},
    KnownType{".mpg", "video/mpeg"},
    KnownType{".ts", "video/mp2t"},
    KnownType{".m4s", "video/iso.segment"},
    KnownType{".3gp", "video/3gpp"},
    KnownType{".flv", "video/x-flv"},
    KnownType{".wmv", "video/x-ms-wmv"},
    KnownType{".m3u8", "application/vnd.apple.mpegurl"},
    KnownType{".m3u8", "application/x-mpegurl"},
    KnownType{".mpd", "application/dash+xml"},
    KnownType{".vtt", "text/vtt"},
    KnownType{".srt", "application/x-subrip"},
    // documents
    KnownType{".pdf", "application/pdf"},
    KnownType{".epub", "application/epub+zip"},
    KnownType{".rtf", "application/rtf"},
    KnownType{".doc", "application/msword"},
    KnownType{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    KnownType{".xls", "application/vnd.ms-excel"},
    KnownType{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    KnownType{".ppt", "application/vnd.ms-powerpoint"},
    KnownType{".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    KnownType{".odt", "application/vnd.oasis.opendocument.text"},
    KnownType{".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    KnownType{".odp", "application/vnd.oasis.opendocument.presentation"},
    // text
    KnownType{".txt", "text/plain"},
    KnownType{".log", "text/plain"},
    KnownType{".md", "text/markdown"},
    KnownType{".csv", "text/csv"},
    KnownType{".html", "text/html"},
    KnownType{".htm", "text/html"},
    KnownType{".xhtml", "application/xhtml+xml"},
    KnownType{".css", "text/css"},
    KnownType{".js", "text/javascript"},
    KnownType{".mjs", "text/javascript"},
    KnownType{".js", "application/javascript"},
    KnownType{".json", "application/json"},
    KnownType{".xml", "application/xml"},
    KnownType{".xml", "text/xml"},
    KnownType{".yaml", "application/yaml"},
    KnownType{".yml", "application/yaml"},
    KnownType{".wasm", "application/wasm"},
    // archives and programs
    KnownType{".zip", "application/zip"},
    KnownType{".zip", "application/x-zip-compressed"},
    KnownType{".gz", "application/gzip"},
    KnownType{".tgz", "application/gzip"},
    KnownType{".gz", "application/x-gzip"},
    KnownType{".bz2", "application/x-bzip2"},
    KnownType{".xz", "application/x-xz"},
    KnownType{".zst", "application/zstd"},
    KnownType{".tar", "application/x-tar"},
    KnownType{".7z", "application/x-7z-compressed"},
    KnownType{".rar", "application/vnd.rar"},
    KnownType{".rar", "application/x-rar-compressed"},
    KnownType{".iso", "application/x-iso9660-image"},
    KnownType{".apk", "application/vnd.android.package-archive"},
    KnownType{".deb", "application/vnd.debian.binary-package"},
    KnownType{".exe", "application/vnd.microsoft.portable-executable"},
    KnownType{".torrent", "application/x-bittorrent"},
    // fonts and models
    KnownType{".woff", "font/woff"},
    KnownType{".woff2", "font/woff2"},
    KnownType{".ttf", "font/ttf"},
    KnownType{".otf", "font/otf"},
    KnownType{".glb", "model/gltf-binary"},
    KnownType{".stl", "model/stl"},
};

// All that a browser may run as a document, script or plug-in in the origin of its URL. Every type
// that ends in +xml is among them as well: XML may hold XHTML scripts and style sheets that are
// code.
constexpr std::array<std::string_view, 27> active_types = {
    "application/ecmascript",
    "application/hta",
    "application/javascript",
    "application/pdf",
    "application/x-ecmascript",
    "application/x-java-applet",
    "application/x-javascript",
    "application/x-mimearchive",
    "application/x-pdf",
    "application/x-shockwave-flash",
    "application/x-silverlight-app",
    "application/xml",
    "application/xml-dtd",
    "message/rfc822",
    "multipart/related",
    "multipart/x-mixed-replace",
    "text/cache-manifest",
    "text/ecmascript",
    "text/html",
    "text/javascript",
    "text/jscript",
    "text/livescript",
    "text/pdf",
    "text/x-ecmascript",
    "text/x-javascript",
    "text/xml",
    "text/xsl",
};

std::string essence(std::string_view media_type)
{
    return ascii_lower(trimmed(media_type.substr(0, media_type.find(';'))));
}

bool is_type_and_subtype(std::string_view text)
{
    const std::size_t slash = text.find('/');
    return slash != std::string_view::npos && is_token(text.substr(0, slash)) &&
           is_token(text.substr(slash + 1));
}

bool is_printable_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string well_formed_parameters(ParameterReader& reader)
{
    std::string out;
    while (const std::optional<Parameter> parameter = reader.next()) {
        const bool quoted = parameter->value.front() == '"';
        if (quoted ? is_printable_ascii(parameter->value) : is_token(parameter->value)) {
            out += "; " + ascii_lower(parameter->name) + "=";
            out += parameter->value;
        }
    }
    return out;
}

}  // namespace

std::string normalized_media_type(std::string_view text)
{
    text = trimmed(text);
    ParameterReader reader(text);
    std::string out = ascii_lower(reader.main_value());
    if (text.size() > max_media_type || !is_type_and_subtype(out)) {
        return {};
    }
    const std::string parameters = well_formed_parameters(reader);
    if (out.size() + parameters.size() <= max_media_type) {
        out += parameters;
    }
    return out;
}

std::string_view extension_for(std::string_view media_type)
{
    const std::string wanted = essence(media_type);
    const auto* const known =
        std::find_if(known_types.begin(), known_types.end(),
                     [&](const KnownType& k) { return k.media_type == wanted; });
    return known == known_types.end() ? ".bin" : known->extension;
}

std::string_view media_type_for(std::string_view file_name)
{
    const std::size_t dot = file_name.rfind('.');
    if (dot == std::string_view::npos) {
        return {};
    }
    const std::string_view wanted = file_name.substr(dot);
    const auto* const known =
        std::find_if(known_types.begin(), known_types.end(),
                     [&](const KnownType& k) { return equal_ignoring_case(k.extension, wanted); });
    return known == known_types.end() ? std::string_view() : known->media_type;
}

bool is_active(std::string_view media_type)
{
    const std::string type = essence(media_type);
    return type.ends_with("+xml") ||
           std::find(active_types.begin(), active_types.end(), type) != active_types.end();
}

}  // namespace btgw::http
