// One mapping of a YAML file, read key by key; what nobody asked for is an error that names its
// line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace btgw::engine {

// Setters leave `out` alone when the key is absent. All throw ConfigError.
class YamlSection {
public:
    // An absent section (null node) has no keys. `name` is "" for the whole file.
    YamlSection(YAML::Node node, std::string file, std::string name);

    YamlSection section(const std::string& key);

    void read(const std::string& key, std::string& out);
    void read(const std::string& key, bool& out);
    void read(const std::string& key, std::vector<std::string>& out);

    template <class Integer>
    requires std::is_integral_v<Integer>
    void read(const std::string& key, Integer& out, Integer least, Integer most)
    {
        if (const auto value =
                integer(key, static_cast<std::uint64_t>(least), static_cast<std::uint64_t>(most))) {
            out = static_cast<Integer>(*value);
        }
    }

    // A number of bytes: digits, then nothing, k, m or g (1024-based).
    void read_size(const std::string& key, std::uint64_t& out, std::uint64_t least);

    // Access mode in octal.
    void read_mode(const std::string& key, unsigned& out);

    // Throws for the first key that was not asked for.
    void finish() const;

    [[noreturn]] void fail(const std::string& key, const std::string& what) const;

private:
    std::optional<std::uint64_t> integer(const std::string& key, std::uint64_t least,
                                         std::uint64_t most);
    std::optional<std::string> scalar(const std::string& key);
    YAML::Node take(const std::string& key);
    [[nodiscard]] std::string path_of(const std::string& key) const;
    [[noreturn]] void fail_at(const YAML::Mark& mark, const std::string& key,
                              const std::string& what) const;

    YAML::Node node_;
    std::string file_;
    std::string name_;
    std::set<std::string> asked_;
};

}  // namespace btgw::engine
