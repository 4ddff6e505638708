#include "treadle/approvals/pages/form.h"

#include <algorithm>

#include "treadle/base/utf8.h"
#include "treadle/net/uri.h"

namespace treadle::approvals::pages {
namespace {

auto decode(std::string_view text) -> std::optional<std::string> {
  std::string blanks(text);
  std::ranges::replace(blanks, '+', ' ');
  auto decoded = net::percent_decode(blanks);
  if (!decoded || !utf8::is_valid(*decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

auto form_field(std::string_view body, std::string_view name) -> std::optional<std::string> {
  while (!body.empty()) {
    auto const field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), field.size() + 1));
    auto const equals = field.find('=');
    if (decode(field.substr(0, equals)) != name) continue;
    if (equals == std::string_view::npos) return std::string();
    return decode(field.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace treadle::approvals::pages
