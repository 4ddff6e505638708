#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/net/canonical_request.h"
#include "treadle/net/sigv4.h"

namespace treadle::net {
namespace {

auto constexpr kSkewMax = std::chrono::minutes(5);
auto constexpr kAlgorithm = std::string_view("AWS4-HMAC-SHA256 ");
auto constexpr kDaysKept = std::size_t{3};  // around midnight two are in use

// JSON protocols answer all of these with 400; AWS's texts where they are known.
auto refuse(std::string_view type, std::string message) -> std::unexpected<AuthError> {
  return std::unexpected(AuthError{400, type, std::move(message)});
}
auto incomplete(std::string message) -> std::unexpected<AuthError> {
  return refuse("IncompleteSignatureException", std::move(message));
}
auto invalid(std::string message) -> std::unexpected<AuthError> {
  return refuse("InvalidSignatureException", std::move(message));
}
// For a wrong signature.
auto mismatch() -> std::unexpected<AuthError> {
  return invalid(
      "The request signature we calculated does not match the signature you provided. Check your "
      "AWS "
      "Secret Access Key and signing method. Consult the service documentation for details.");
}

struct Authorization {
  std::string_view key_id;
  std::string_view scope;  // after the key id
  std::vector<std::string> signed_headers;
  std::string_view signature;
};

auto trim(std::string_view text) -> std::string_view {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

auto split(std::string_view text, char separator) -> std::vector<std::string_view> {
  auto parts = std::vector<std::string_view>();
  while (true) {
    auto const end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "Credential=.../..., SignedHeaders=a;b, Signature=..." in any order, each once.
auto parse_authorization(std::string_view value) -> std::expected<Authorization, AuthError> {
  if (!value.starts_with(kAlgorithm)) {
    return incomplete("The Authorization header does not begin with 'AWS4-HMAC-SHA256'.");
  }
  std::optional<std::string_view> credential, signed_headers, signature;
  for (auto const part : split(value.substr(kAlgorithm.size()), ',')) {
    auto const pair = trim(part);
    auto const equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return incomplete("A part of the Authorization header is not a valid key=value pair.");
    }
    auto const name = pair.substr(0, equals);
    auto* const place = name == "Credential"      ? &credential
                        : name == "SignedHeaders" ? &signed_headers
                        : name == "Signature"     ? &signature
                                                  : nullptr;
    if (place == nullptr || place->has_value()) {
      return incomplete("The Authorization header has an unknown or repeated part.");
    }
    *place = pair.substr(equals + 1);
  }
  if (!credential) return incomplete("Authorization header requires 'Credential' parameter.");
  if (!signature) return incomplete("Authorization header requires 'Signature' parameter.");
  if (!signed_headers)
    return incomplete("Authorization header requires 'SignedHeaders' parameter.");
  auto const slash = std::min(credential->find('/'), credential->size());
  auto parsed = Authorization{credential->substr(0, slash),
                              credential->substr(std::min(slash + 1, credential->size())),
                              {},
                              *signature};
  for (auto const name : split(*signed_headers, ';')) parsed.signed_headers.emplace_back(name);
  return parsed;
}

// Host and every X-Amz-* that was sent must be signed, else somebody on the way could change them.
auto check_signed_headers(Request const& request, std::vector<std::string> const& names)
    -> std::expected<void, AuthError> {
  auto const is_canonical = [&] {
    return std::ranges::is_sorted(names) && std::ranges::adjacent_find(names) == names.end() &&
           std::ranges::all_of(names, [](auto const& name) { return to_lower(name) == name; });
  };
  if (!is_canonical()) return invalid("SignedHeaders must be lower-case, sorted and not repeated.");
  for (auto const& name : names) {
    if (request.headers.count(name) == 0) return invalid("A signed header is missing.");
  }
  for (auto const& field : request.headers) {
    auto const name = to_lower(field.name);
    auto const must = name == "host" || name.starts_with("x-amz-");
    if (must && !std::ranges::binary_search(names, name)) {
      return invalid("'Host' and all 'X-Amz-*' headers must be signed.");
    }
  }
  return {};
}

// "20150830T123600Z"
auto parse_amz_date(std::string_view text) -> std::optional<Timestamp> {
  if (text.size() != 16) return std::nullopt;
  auto const rfc3339 =
      fmt::format("{}-{}-{}T{}:{}:{}Z", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                  text.substr(9, 2), text.substr(11, 2), text.substr(13, 2));
  auto const time = parse_rfc3339(rfc3339);
  return time && to_amz_date(*time) == text ? time : std::nullopt;
}

auto check_date(std::string_view amz_date, Timestamp now) -> std::expected<void, AuthError> {
  auto const time = parse_amz_date(amz_date);
  if (!time) {
    return incomplete(
        "Date must be in ISO-8601 'basic format'. See RFC 3339 and the documentation.");
  }
  if (*time < now - kSkewMax) {
    return invalid(fmt::format("Signature expired: {} is now earlier than {} ({} - 5 min.)",
                               amz_date, to_amz_date(now - kSkewMax), to_amz_date(now)));
  }
  if (*time > now + kSkewMax) {
    return invalid(fmt::format("Signature not yet current: {} is still later than {} ({} + 5 min.)",
                               amz_date, to_amz_date(now + kSkewMax), to_amz_date(now)));
  }
  return {};
}

}  // namespace

struct SignatureVerifier::Impl {
  std::vector<AccessKey> keys;
  SigningScope scope;
  // Stands in for a key that is not there, so that an unknown key takes as long as a wrong
  // signature.
  AccessKey const nobody{"", "no such key", {}, {}};

  std::mutex mutex;
  std::map<std::pair<std::string, AccessKey const*>, Digest> derived;  // by day; guarded by mutex

  auto key_for(std::string const& day, AccessKey const& key) -> Digest {
    auto const lock = std::scoped_lock(mutex);
    auto const found = derived.find({day, &key});
    if (found != derived.end()) return found->second;
    if (derived.size() > kDaysKept * (keys.size() + 1)) derived.clear();
    return derived[{day, &key}] = signing_key(key.secret, day, scope);
  }

  auto find(std::string_view id) const -> AccessKey const* {
    auto const* found = static_cast<AccessKey const*>(nullptr);
    for (auto const& key : keys) {
      if (constant_time_equal(key.id, id)) found = &key;
    }
    return found;
  }
};

SignatureVerifier::SignatureVerifier(std::vector<AccessKey> keys, SigningScope scope)
    : impl_(std::make_unique<Impl>()) {
  impl_->keys = std::move(keys);
  impl_->scope = std::move(scope);
}

SignatureVerifier::SignatureVerifier(SignatureVerifier&&) noexcept = default;
auto SignatureVerifier::operator=(SignatureVerifier&&) noexcept -> SignatureVerifier& = default;
SignatureVerifier::~SignatureVerifier() = default;

auto SignatureVerifier::verify(Request const& request, Timestamp now) const
    -> std::expected<AccessKey const*, AuthError> {
  auto const count = request.headers.count("Authorization");
  if (count == 0)
    return refuse("MissingAuthenticationTokenException", "Missing Authentication Token");
  if (count > 1) return incomplete("There must be one Authorization header.");
  auto const authorization = TRY(parse_authorization(*request.headers.find("Authorization")));
  if (request.headers.count("X-Amz-Date") != 1) {
    return incomplete("Authorization header requires existence of either a 'X-Amz-Date' header.");
  }
  auto const amz_date = *request.headers.find("X-Amz-Date");
  TRY(check_date(amz_date, now));
  auto const day = std::string(amz_date.substr(0, 8));
  auto const scope_text = credential_scope(day, impl_->scope);
  if (authorization.scope != scope_text) {
    return invalid("Credential should be scoped to a valid date, region and service.");
  }
  TRY(check_signed_headers(request, authorization.signed_headers));
  auto const body_hash = to_hex(sha256(request.body));
  auto const declared = request.headers.find("X-Amz-Content-Sha256");
  if (declared && *declared != body_hash) {
    return invalid("'X-Amz-Content-Sha256' must be the SHA-256 of the body.");
  }
  auto const* const key = impl_->find(authorization.key_id);
  auto const canonical =
      canonical_request({request.method, request.target, request.headers,
                         authorization.signed_headers, body_hash, impl_->scope.service == "s3"});
  auto const expected = signature(impl_->key_for(day, key != nullptr ? *key : impl_->nobody),
                                  amz_date, scope_text, canonical);
  auto const is_right = constant_time_equal(expected, authorization.signature);
  if (key == nullptr) {
    return refuse("UnrecognizedClientException",
                  "The security token included in the request is invalid.");
  }
  if (!is_right) return mismatch();
  return key;
}

}  // namespace treadle::net
