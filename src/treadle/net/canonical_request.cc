#include "treadle/net/canonical_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/net/uri.h"

namespace treadle::net {
namespace {

// The path without empty, "." and ".." segments, each segment as it is on the wire.
auto normalized_path(std::string_view path) -> std::string {
  auto segments = std::vector<std::string_view>();
  auto ends_in_slash = true;
  for (auto rest = path; !rest.empty();) {
    auto const slash = rest.find('/');
    auto const segment = rest.substr(0, slash);
    auto const is_dot = segment.empty() || segment == ".";
    ends_in_slash = slash != std::string_view::npos || is_dot || segment == "..";
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!is_dot) {
      segments.push_back(segment);
    }
    rest = ends_in_slash && slash != std::string_view::npos ? rest.substr(slash + 1)
                                                            : std::string_view();
  }
  if (segments.empty()) return "/";
  return fmt::format("/{}{}", fmt::join(segments, "/"), ends_in_slash ? "/" : "");
}

auto canonical_path(std::string_view path, bool is_s3) -> std::string {
  if (path == "/") return "/";
  if (!is_s3) return percent_encode(normalized_path(path), Slash::kKeep);
  return percent_encode(percent_decode(path).value_or(std::string(path)), Slash::kKeep);
}

// Decoded and encoded again, so that it does not matter which characters the sender chose to
// encode.
auto recoded(std::string_view text) -> std::string {
  return percent_encode(percent_decode(text).value_or(std::string(text)));
}

auto canonical_query(std::string_view query) -> std::string {
  auto parameters = std::vector<std::pair<std::string, std::string>>();
  while (!query.empty()) {
    auto const parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    if (parameter.empty()) continue;
    auto const equals = std::min(parameter.find('='), parameter.size());
    auto const value = parameter.substr(std::min(equals + 1, parameter.size()));
    parameters.emplace_back(recoded(parameter.substr(0, equals)), recoded(value));
  }
  std::ranges::sort(parameters);
  auto text = std::string();
  for (auto const& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

void append_value(std::string& out, std::string_view value) {
  if (!value.contains("  ") && !value.contains('\t')) {
    out.append(value);
    return;
  }
  auto was_blank = false;
  for (auto const c : value) {
    auto const is_blank = c == ' ' || c == '\t';
    if (!is_blank) {
      out += c;
    } else if (!was_blank) {
      out += ' ';
    }
    was_blank = is_blank;
  }
}

}  // namespace

auto canonical_request(CanonicalInput const& input) -> std::string {
  auto const [path, query] = split_target(input.target);
  constexpr std::size_t kUsual = 512;
  auto text = std::string();
  text.reserve(kUsual);
  text.append(input.method).append("\n").append(canonical_path(path, input.is_s3)).append("\n");
  text.append(canonical_query(query)).append("\n");
  for (auto const& name : input.signed_headers) {
    text.append(name).append(":");
    auto is_first = true;
    for (auto const& field : input.headers) {
      if (!equals_ignoring_case(field.name, name)) continue;
      if (!std::exchange(is_first, false)) text += ',';
      append_value(text, field.value);
    }
    text += '\n';
  }
  return text.append("\n")
      .append(join_names(input.signed_headers))
      .append("\n")
      .append(input.body_hash);
}

auto credential_scope(std::string_view day, SigningScope const& scope) -> std::string {
  auto text = std::string(day);
  return text.append("/")
      .append(scope.region)
      .append("/")
      .append(scope.service)
      .append("/aws4_request");
}

auto signing_key(std::string_view secret, std::string_view day, SigningScope const& scope)
    -> Digest {
  auto const day_key = hmac_sha256(fmt::format("AWS4{}", secret), day);
  auto const region_key = hmac_sha256(bytes_of(day_key), scope.region);
  auto const service_key = hmac_sha256(bytes_of(region_key), scope.service);
  return hmac_sha256(bytes_of(service_key), "aws4_request");
}

auto signature(Digest const& key, std::string_view amz_date, std::string_view scope_text,
               std::string_view canonical) -> std::string {
  auto to_sign = std::string("AWS4-HMAC-SHA256\n");
  to_sign.append(amz_date).append("\n").append(scope_text).append("\n");
  to_sign.append(to_hex(sha256(canonical)));
  return to_hex(hmac_sha256(bytes_of(key), to_sign));
}

auto join_names(std::span<std::string const> names) -> std::string {
  auto text = std::string();
  for (auto const* separator = ""; auto const& name : names) {
    text.append(separator).append(name);
    separator = ";";
  }
  return text;
}

auto to_lower(std::string_view text) -> std::string {
  auto lower = std::string(text);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

}  // namespace treadle::net
