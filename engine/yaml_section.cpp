#include "yaml_section.hpp"

#include "config.hpp"

#include <charconv>

namespace btgw::engine {

namespace {

std::optional<std::uint64_t> whole_number(std::string_view text, int base)
{
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stopped != end) {
        return std::nullopt;
    }
    return value;
}

unsigned shift_of(char suffix)
{
    switch (suffix) {
        case 'k':
            return 10;
        case 'm':
            return 20;
        case 'g':
            return 30;
        default:
            return 0;
    }
}

}  // namespace

YamlSection::YamlSection(YAML::Node node, std::string file, std::string name)
    : node_(std::move(node)), file_(std::move(file)), name_(std::move(name))
{
    if (node_.IsNull()) {
        return;
    }
    if (!node_.IsMap()) {
        fail_at(node_.Mark(), "", "must hold keys and values");
    }
    std::set<std::string> seen;
    for (const auto& entry : node_) {
        if (!entry.first.IsScalar()) {
            fail_at(entry.first.Mark(), "", "a key must be a plain word");
        }
        if (!seen.insert(entry.first.Scalar()).second) {
            fail_at(entry.first.Mark(), entry.first.Scalar(), "is given twice");
        }
    }
}

YamlSection YamlSection::section(const std::string& key)
{
    YAML::Node node = take(key);
    return {std::move(node), file_, path_of(key)};
}

void YamlSection::read(const std::string& key, std::string& out)
{
    if (auto text = scalar(key)) {
        out = std::move(*text);
    }
}

void YamlSection::read(const std::string& key, bool& out)
{
    const auto text = scalar(key);
    if (!text) {
        return;
    }
    if (*text != "true" && *text != "false") {
        fail(key, "must be true or false");
    }
    out = *text == "true";
}

void YamlSection::read(const std::string& key, std::vector<std::string>& out)
{
    const YAML::Node list = take(key);
    if (list.IsNull()) {
        return;
    }
    if (!list.IsSequence()) {
        fail(key, "must be a list: [a, b]");
    }
    out.clear();
    for (const auto& item : list) {
        if (!item.IsScalar()) {
            fail_at(item.Mark(), key, "must be a list of words");
        }
        out.push_back(item.Scalar());
    }
}

void YamlSection::read_size(const std::string& key, std::uint64_t& out, std::uint64_t least)
{
    const auto text = scalar(key);
    if (!text) {
        return;
    }
    const unsigned shift = text->empty() ? 0 : shift_of(text->back());
    const auto digits = std::string_view(*text).substr(0, text->size() - (shift == 0 ? 0 : 1));
    const auto value = whole_number(digits, 10);
    if (!value || *value > std::numeric_limits<std::uint64_t>::max() >> shift) {
        fail(key, "must be a size such as 512, 64k, 16m or 2g");
    }
    out = *value << shift;
    if (out < least) {
        fail(key, "must be at least " + std::to_string(least));
    }
}

void YamlSection::read_mode(const std::string& key, unsigned& out)
{
    const auto text = scalar(key);
    if (!text) {
        return;
    }
    const auto value = whole_number(*text, 8);
    if (!value || *value > 0777) {
        fail(key, "must be an access mode in octal, such as 0660");
    }
    out = static_cast<unsigned>(*value);
}

void YamlSection::finish() const
{
    if (node_.IsNull()) {
        return;
    }
    for (const auto& entry : node_) {
        if (!asked_.contains(entry.first.Scalar())) {
            fail_at(entry.first.Mark(), entry.first.Scalar(), "is not a known key");
        }
    }
}

void YamlSection::fail(const std::string& key, const std::string& what) const
{
    const YAML::Node value = node_.IsMap() ? node_[key] : YAML::Node{};
    fail_at(value.IsDefined() ? value.Mark() : YAML::Mark{}, key, what);
}

std::optional<std::uint64_t> YamlSection::integer(const std::string& key, std::uint64_t least,
                                                  std::uint64_t most)
{
    const auto text = scalar(key);
    if (!text) {
        return std::nullopt;
    }
    const auto value = whole_number(*text, 10);
    if (!value || *value < least || *value > most) {
        fail(key, "must be a whole number from " + std::to_string(least) + " to " +
                      std::to_string(most));
    }
    return value;
}

std::optional<std::string> YamlSection::scalar(const std::string& key)
{
    const YAML::Node node = take(key);
    if (node.IsNull()) {
        return std::nullopt;
    }
    if (!node.IsScalar()) {
        fail(key, "must be a single value");
    }
    return node.Scalar();
}

// A null node when the key is absent, or has no value.
YAML::Node YamlSection::take(const std::string& key)
{
    asked_.insert(key);
    if (node_.IsNull()) {
        return {};
    }
    const YAML::Node found = std::as_const(node_)[key];
    return found.IsDefined() ? found : YAML::Node{};
}

std::string YamlSection::path_of(const std::string& key) const
{
    return name_.empty() ? key : name_ + (key.empty() ? "" : "." + key);
}

void YamlSection::fail_at(const YAML::Mark& mark, const std::string& key,
                          const std::string& what) const
{
    const std::string path = path_of(key);
    throw ConfigError(file_ + ":" + std::to_string(mark.line + 1) + ": " +
                      (path.empty() ? what : path + " " + what));
}

}  // namespace btgw::engine
