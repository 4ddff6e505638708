// Request targets and URLs: checking, splitting, percent-encoding.
// Source: RFC 3986; RFC 9112, section 3.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace treadle::net {

// Whether a path and query may go on the wire as they are: characters of RFC 3986 only, no '#',
// each '%' followed by two hexadecimal digits. Does not ask for a leading '/'.
[[nodiscard]] auto is_origin_form(std::string_view target) -> bool;

// Whether `text` is a host name, an IPv4 address or an IPv6 address in brackets, with or without
// ":port".
[[nodiscard]] auto is_authority(std::string_view text) -> bool;

// "http://host:1/a?b" and "https://..." cut into views: authority "host:1", rest "/a?b" (or empty,
// or "?b"). nullopt for another scheme, or an authority that is_authority refuses (with a user,
// say).
struct AbsoluteParts {
  bool is_https = false;
  std::string_view authority;
  std::string_view rest;
};
[[nodiscard]] auto split_absolute(std::string_view url) -> std::optional<AbsoluteParts>;

struct TargetParts {
  std::string_view path;   // without '?'
  std::string_view query;  // after '?', empty when there is none
};
[[nodiscard]] auto split_target(std::string_view target) -> TargetParts;

// A URL to call. `host` without brackets, `target` from the path on, never empty.
struct Url {
  bool is_https = false;
  std::string host;
  std::uint16_t port = 0;  // 80 or 443 where the URL names none
  std::string authority;   // for the Host header: without the port where it is the scheme's own
  std::string target;
};
// nullopt when it is no URL that ClientRequest::url allows.
[[nodiscard]] auto parse_url(std::string_view text) -> std::optional<Url>;

// Every byte but letters, digits, '-', '.', '_' and '~' as %XX (upper case).
enum class Slash : std::uint8_t { kKeep, kEncode };
[[nodiscard]] auto percent_encode(std::string_view text, Slash slash = Slash::kEncode)
    -> std::string;

// nullopt for a '%' without two hexadecimal digits. A '+' stays a '+'.
[[nodiscard]] auto percent_decode(std::string_view text) -> std::optional<std::string>;

// The path of a target for use as a name below some root: decoded segments joined by '/', without
// the leading one. nullopt where it could mean another place: "." or "..", an empty segment inside,
// a decoded '/', '\' or control character.
[[nodiscard]] auto safe_relative_path(std::string_view target) -> std::optional<std::string>;

}  // namespace treadle::net
