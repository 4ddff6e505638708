// Reading what stands under `channels:` in approvals.yaml: texts, switches, secrets, and what to say when
// they are none. An error is one line: "FILE:LINE:COLUMN: what was expected".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/import/yaml.h"

namespace treadle::approvals {

using import::yaml::Node;

class ChannelReader {
 public:
  // `file` as messages name it; relative paths of secrets count from its folder.
  explicit ChannelReader(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] auto refuse(Node const& at, std::string_view problem) const
      -> std::unexpected<std::string>;
  // `node` must be a map of no other keys.
  [[nodiscard]] auto check_keys(Node const& node,
                                std::initializer_list<std::string_view> known) const
      -> Result<void, std::string>;
  // Empty where the member is absent or null.
  [[nodiscard]] auto text(Node const& map, std::string_view key) const
      -> Result<std::string, std::string>;
  [[nodiscard]] auto required(Node const& map, std::string_view key) const
      -> Result<std::string, std::string>;
  [[nodiscard]] auto number(Node const& map, std::string_view key, std::uint64_t max) const
      -> Result<std::optional<std::uint64_t>, std::string>;
  [[nodiscard]] auto texts(Node const& map, std::string_view key) const
      -> Result<std::vector<std::string>, std::string>;
  // {environment: NAME} or {file: PATH}, looked up now: a secret does not stand in the file itself.
  // Empty where the member is absent.
  [[nodiscard]] auto secret(Node const& map, std::string_view key) const
      -> Result<std::string, std::string>;

 private:
  [[nodiscard]] auto secret_file(Node const& at, std::string const& path) const
      -> Result<std::string, std::string>;

  std::string file_;
};

}  // namespace treadle::approvals
