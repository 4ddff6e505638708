#include "treadle/net/uri.h"

#include <algorithm>
#include <charconv>

#include "treadle/net/http_message.h"

namespace treadle::net {
namespace {

auto is_alphanumeric(char c) -> bool {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

auto hex_value(char c) -> int {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

auto is_unreserved(char c) -> bool {
  return is_alphanumeric(c) || std::string_view("-._~").contains(c);
}

// RFC 3986, section 3.3 and 3.4: pchar, '/' and '?', without '%'.
auto is_target_character(char c) -> bool {
  return is_unreserved(c) || std::string_view("/?:@!$&'()*+,;=").contains(c);
}

auto parse_port(std::string_view digits) -> std::optional<std::uint16_t> {
  auto port = std::uint16_t{0};
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  return port;
}

struct HostPort {
  std::string_view host;  // brackets included
  std::optional<std::uint16_t> port;
};

auto split_authority(std::string_view text) -> std::optional<HostPort> {
  auto const bracket = text.rfind(']');
  auto const colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto parts = HostPort{text.substr(0, colon), std::nullopt};
  if (colon != std::string_view::npos) {
    parts.port = parse_port(text.substr(colon + 1));
    if (!parts.port) return std::nullopt;
  }
  auto host = parts.host;
  if (host.starts_with('[')) {
    auto const is_ipv6_character = [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; };
    if (host.size() < 4 || !host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (!std::ranges::all_of(host, is_ipv6_character)) return std::nullopt;
  } else if (host.empty() || !std::ranges::all_of(host, is_unreserved)) {
    return std::nullopt;
  }
  return parts;
}

}  // namespace

auto is_origin_form(std::string_view target) -> bool {
  for (auto i = std::size_t{0}; i < target.size(); ++i) {
    if (is_target_character(target[i])) continue;
    auto const escaped = target[i] == '%' && i + 2 < target.size() &&
                         hex_value(target[i + 1]) >= 0 && hex_value(target[i + 2]) >= 0;
    if (!escaped) return false;
    i += 2;
  }
  return true;
}

auto is_authority(std::string_view text) -> bool { return split_authority(text).has_value(); }

auto split_absolute(std::string_view url) -> std::optional<AbsoluteParts> {
  auto const scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  auto const scheme = url.substr(0, scheme_end);
  auto parts = AbsoluteParts{equals_ignoring_case(scheme, "https"), {}, {}};
  if (!parts.is_https && !equals_ignoring_case(scheme, "http")) return std::nullopt;
  auto const after = url.substr(scheme_end + 3);
  auto const end = std::min(after.find_first_of("/?#"), after.size());
  parts.authority = after.substr(0, end);
  parts.rest = after.substr(end);
  if (!is_authority(parts.authority)) return std::nullopt;
  return parts;
}

auto split_target(std::string_view target) -> TargetParts {
  auto const mark = std::min(target.find('?'), target.size());
  return {target.substr(0, mark), target.substr(std::min(mark + 1, target.size()))};
}

auto parse_url(std::string_view text) -> std::optional<Url> {
  auto const parts = split_absolute(text);
  if (!parts || !is_origin_form(parts->rest)) return std::nullopt;
  auto const authority = split_authority(parts->authority);
  auto const default_port = static_cast<std::uint16_t>(parts->is_https ? 443 : 80);
  auto url = Url{};
  url.is_https = parts->is_https;
  url.host = authority->host;
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  url.port = authority->port.value_or(default_port);
  url.authority = authority->host;
  if (url.port != default_port) url.authority += ":" + std::to_string(url.port);
  url.target = parts->rest.starts_with('/') ? "" : "/";
  url.target += parts->rest;
  return url;
}

auto percent_encode(std::string_view text, Slash slash) -> std::string {
  auto constexpr kHex = std::string_view("0123456789ABCDEF");
  auto encoded = std::string();
  encoded.reserve(text.size() + text.size() / 4);
  for (auto const c : text) {
    if (is_unreserved(c) || (c == '/' && slash == Slash::kKeep)) {
      encoded += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return encoded;
}

auto percent_decode(std::string_view text) -> std::optional<std::string> {
  auto decoded = std::string();
  decoded.reserve(text.size());
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    auto const high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    auto const low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

auto safe_relative_path(std::string_view target) -> std::optional<std::string> {
  auto rest = split_target(target).path;
  if (!rest.starts_with('/')) return std::nullopt;
  rest.remove_prefix(1);
  auto path = std::string();
  while (!rest.empty()) {
    auto const end = std::min(rest.find('/'), rest.size());
    auto const segment = percent_decode(rest.substr(0, end));
    auto const is_unsafe = [](char c) {
      return c == '/' || c == '\\' || (c >= 0 && c < 0x20) || c == 0x7F;
    };
    if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
        std::ranges::any_of(*segment, is_unsafe)) {
      return std::nullopt;
    }
    if (!path.empty()) path += '/';
    path += *segment;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return path;
}

}  // namespace treadle::net
