#include <algorithm>

#include <fmt/format.h>

#include "treadle/net/sigv4.h"

namespace treadle::net {
namespace {

auto trim(std::string_view text) -> std::string_view {
  auto const is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

auto split_list(std::string_view text) -> std::vector<std::string> {
  auto items = std::vector<std::string>();
  while (!text.empty()) {
    auto const comma = std::min(text.find(','), text.size());
    auto const item = trim(text.substr(0, comma));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

// Reads line by line; a section is checked when it ends.
class KeyFile {
 public:
  auto read_line(std::string_view line) -> std::expected<void, std::string> {
    ++line_number_;
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') return {};
    if (line.front() == '[') {
      if (line.back() != ']') return fail("a section has no ']'");
      auto ended = end_section();
      keys_.emplace_back();
      section_line_ = line_number_;
      return ended;
    }
    auto const equals = line.find('=');
    if (equals == std::string_view::npos) return fail("a line is not 'name = value'");
    if (keys_.empty()) return fail("a value stands before the first [section]");
    return set(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  }

  auto end_section() -> std::expected<void, std::string> {
    if (keys_.empty()) return {};
    auto const& key = keys_.back();
    if (key.id.empty() || key.secret.empty()) {
      return fail_at(section_line_, "a section lacks aws_access_key_id or aws_secret_access_key");
    }
    auto const is_repeated = std::ranges::count(keys_, key.id, &AccessKey::id) > 1;
    if (is_repeated) return fail_at(section_line_, "an access key id is repeated");
    return {};
  }

  auto take() -> std::vector<AccessKey> { return std::move(keys_); }

 private:
  auto set(std::string_view name, std::string_view value) -> std::expected<void, std::string> {
    auto& key = keys_.back();
    if (name == "aws_access_key_id") {
      key.id = value;
    } else if (name == "aws_secret_access_key") {
      key.secret = value;
    } else if (name == "actions" || name == "resources") {
      auto& list = name == "actions" ? key.actions : key.resources;
      list = split_list(value);
      // An empty list would mean everything.
      if (list.empty()) return fail("a list of rights is empty");
    } else if (name == "approver") {
      constexpr std::size_t kApproverBytesMax = 200;
      if (value.empty() || value.size() > kApproverBytesMax)
        return fail("an approver has 1 to 200 bytes");
      key.approver = value;
    } else if (name == "aws_session_token") {
      return fail("keys with a session token cannot be verified");
    }
    return {};  // other settings of AWS's tools
  }

  auto fail(std::string_view what) const -> std::unexpected<std::string> {
    return fail_at(line_number_, what);
  }
  static auto fail_at(int line, std::string_view what) -> std::unexpected<std::string> {
    return std::unexpected(fmt::format("line {}: {}", line, what));
  }

  std::vector<AccessKey> keys_;
  int line_number_ = 0;
  int section_line_ = 0;
};

}  // namespace

auto parse_access_keys(std::string_view text)
    -> std::expected<std::vector<AccessKey>, std::string> {
  auto file = KeyFile();
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    TRY(file.read_line(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  TRY(file.end_section());
  auto keys = file.take();
  if (keys.empty()) return std::unexpected(std::string("there is no access key in it"));
  return keys;
}

}  // namespace treadle::net
