#include "treadle/approvals/channel_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace treadle::approvals {
namespace {

constexpr std::size_t kSecretBytesMax = 4'096;

}  // namespace

auto ChannelReader::refuse(Node const& at, std::string_view problem) const
    -> std::unexpected<std::string> {
  return std::unexpected(
      fmt::format("{}:{}:{}: {}", file_, at.mark().line, at.mark().column, problem));
}

auto ChannelReader::check_keys(Node const& node,
                               std::initializer_list<std::string_view> known) const
    -> Result<void, std::string> {
  if (!node.is_map())
    return refuse(node, fmt::format("expected a map with {}", fmt::join(known, ", ")));
  for (auto const& [key, value] : node.members())
    if (std::ranges::find(known, key.text()) == known.end())
      return refuse(
          key, fmt::format("expected one of {}, but not '{}'", fmt::join(known, ", "), key.text()));
  return {};
}

auto ChannelReader::text(Node const& map, std::string_view key) const
    -> Result<std::string, std::string> {
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return std::string();
  if (!node->is_scalar()) return refuse(*node, fmt::format("expected a text as '{}'", key));
  return std::string(node->text());
}

auto ChannelReader::required(Node const& map, std::string_view key) const
    -> Result<std::string, std::string> {
  auto value = TRY(text(map, key));
  if (value.empty()) return refuse(map, fmt::format("expected '{}'", key));
  return value;
}

auto ChannelReader::number(Node const& map, std::string_view key, std::uint64_t max) const
    -> Result<std::optional<std::uint64_t>, std::string> {
  auto const value = TRY(text(map, key));
  if (value.empty()) return std::nullopt;
  std::uint64_t number = 0;
  auto const* const end = value.data() + value.size();
  auto const [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || number == 0 || number > max)
    return refuse(*map.find(key),
                  fmt::format("expected a whole number from 1 to {} as '{}'", max, key));
  return number;
}

auto ChannelReader::texts(Node const& map, std::string_view key) const
    -> Result<std::vector<std::string>, std::string> {
  std::vector<std::string> out;
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return out;
  if (!node->is_list()) return refuse(*node, fmt::format("expected a list of texts as '{}'", key));
  for (auto const& element : node->elements()) {
    if (!element.is_scalar()) return refuse(element, fmt::format("expected a text in '{}'", key));
    out.emplace_back(element.text());
  }
  return out;
}

auto ChannelReader::secret(Node const& map, std::string_view key) const
    -> Result<std::string, std::string> {
  auto const* const node = map.find(key);
  if (node == nullptr || node->is_null()) return std::string();
  if (!node->is_map() || node->members().size() != 1)
    return refuse(*node, fmt::format("expected {{environment: NAME}} or {{file: PATH}} as '{}': a "
                                     "secret does not stand here itself",
                                     key));
  TRY(check_keys(*node, {"environment", "file"}));
  auto const path = TRY(text(*node, "file"));
  if (!path.empty()) return secret_file(*node, path);
  auto const name = TRY(required(*node, "environment"));
  auto const* const value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0')
    return refuse(*node, fmt::format("the variable {} is not set", name));
  return std::string(value);
}

auto ChannelReader::secret_file(Node const& at, std::string const& path) const
    -> Result<std::string, std::string> {
  auto const whole = std::filesystem::path(file_).parent_path() / path;
  std::ifstream in(whole, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  if (content.empty() || content.size() > kSecretBytesMax)
    return refuse(at, fmt::format("{} is empty, too long, or can't be read", whole.string()));
  return content;
}

}  // namespace treadle::approvals
