// Reads YAML nodes of one file and complains about them with their place.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/base/time.h"
#include "treadle/import/yaml.h"
#include "treadle/scenario/suite.h"

namespace treadle::scenario {

// An error is one line for the user, "FILE:LINE:COLUMN: what was expected".
template <typename T>
using Read = Result<T, std::string>;
using import::yaml::Node;

// `what` in messages: "a text as 'error'" names it by its key.
class NodeReader {
 public:
  explicit NodeReader(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] auto file() const -> std::string const& { return file_; }
  [[nodiscard]] auto refuse(import::yaml::Mark at, std::string_view message) const
      -> std::unexpected<std::string>;

  // That `node` is a map with no other keys. The nearest key is suggested.
  [[nodiscard]] auto check_keys(Node const& node, std::span<std::string_view const> known) const
      -> Read<void>;
  // That `name` (a scalar) is one of `known`, which are each a `kind` ("state").
  [[nodiscard]] auto check_name(Node const& name, std::span<std::string_view const> known,
                                std::string_view kind) const -> Read<void>;
  [[nodiscard]] auto check_map(Node const& node, std::string_view key) const -> Read<void>;

  [[nodiscard]] auto text(Node const& node, std::string_view key) const -> Read<std::string>;
  [[nodiscard]] auto texts(Node const& node, std::string_view key) const -> Read<Names>;
  [[nodiscard]] auto number(Node const& node, std::string_view key, std::uint32_t max) const
      -> Read<std::uint32_t>;
  [[nodiscard]] auto duration(Node const& node, std::string_view key) const -> Read<Milliseconds>;
  [[nodiscard]] auto timestamp(Node const& node, std::string_view key) const -> Read<Timestamp>;

 private:
  std::string file_;
};

// The node as JSON text: plain true, false, null and JSON numbers as such, other scalars as strings.
[[nodiscard]] auto to_json(Node const& node) -> std::string;

}  // namespace treadle::scenario
