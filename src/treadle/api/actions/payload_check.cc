#include "treadle/api/actions/payload_check.h"

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::api {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

// The word that stands at `at`: letters, digits and what else a bare token may hold.
auto token_at(std::string_view text, std::size_t at) -> std::string_view {
  auto end = at;
  auto const in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
  };
  while (end < text.size() && in_word(text[end])) ++end;
  return text.substr(at, end - at);
}

// As Jackson says it. Source: recorded answers.
auto in_aws_words(std::string_view text, std::size_t at) -> std::optional<std::string> {
  if (at >= text.size()) return "Unexpected end-of-input";
  auto const before = text.substr(0, at).find_last_not_of(kBlank);
  bool const field_due = before != std::string_view::npos && (text[before] == '{');
  if (field_due && text[at] != '"' && text[at] != '}')
    return fmt::format(
        "Unexpected character ('{}' (code {})): was expecting double-quote to start field name",
        text[at], static_cast<int>(static_cast<unsigned char>(text[at])));
  if (auto const token = token_at(text, at); !token.empty())
    return fmt::format(
        "Unrecognized token '{}': was expecting (JSON String, Number, Array, Object or token "
        "'null', 'true' or 'false')",
        token);
  return std::nullopt;
}

}  // namespace

auto why_not_json(std::string_view text) -> std::optional<std::string> {
  if (text.size() > limits::kPayloadBytes)
    return fmt::format("Input exceeds {} bytes.", limits::kPayloadBytes);
  if (text.find_first_not_of(kBlank) == std::string_view::npos) return "Invalid execution input.";
  json::Arena arena;
  auto const parsed = json::parse(arena, text);
  if (parsed) return std::nullopt;
  auto words = in_aws_words(text, parsed.error().offset);
  return words ? std::move(*words) : parsed.error().to_string();
}

}  // namespace treadle::api
