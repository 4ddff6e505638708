#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/net/canonical_request.h"
#include "treadle/net/sigv4.h"
#include "treadle/net/uri.h"

namespace treadle::net {
namespace {

auto constexpr kSkewMax = std::chrono::minutes(5);
auto constexpr kAlgorithm = std::string_view("AWS4-HMAC-SHA256 ");
auto constexpr kQuerySignature = std::string_view("X-Amz-Signature");
auto constexpr kExpiresMax = std::int64_t{7} * 24 * 60 * 60;
auto constexpr kSignedChunks = std::string_view("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
auto constexpr kUnsignedHashes = std::array<std::string_view, 4>{
    "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"};
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
  parts.reserve(8);
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
  auto const names = split(*signed_headers, ';');
  parsed.signed_headers.assign(names.begin(), names.end());
  return parsed;
}

// Host and every X-Amz-* that was sent must be signed, else somebody on the way could change them.
auto check_signed_headers(Request const& request, std::vector<std::string> const& names)
    -> std::expected<void, AuthError> {
  auto const is_canonical = [&] {
    return std::ranges::is_sorted(names) && std::ranges::adjacent_find(names) == names.end() &&
           std::ranges::all_of(names, [](auto const& name) {
             return std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
           });
  };
  if (!is_canonical()) return invalid("SignedHeaders must be lower-case, sorted and not repeated.");
  for (auto const& name : names) {
    if (request.headers.count(name) == 0) return invalid("A signed header is missing.");
  }
  constexpr std::string_view kAmz = "x-amz-";
  for (auto const& field : request.headers) {
    auto const must = equals_ignoring_case(field.name, "host") ||
                      equals_ignoring_case(field.name.substr(0, kAmz.size()), kAmz);
    auto const is_named = [&](auto const& name) { return equals_ignoring_case(field.name, name); };
    if (must && std::ranges::none_of(names, is_named)) {
      return invalid("'Host' and all 'X-Amz-*' headers must be signed.");
    }
  }
  return {};
}

// The number that so many digits are, or -1.
auto read_digits(std::string_view digits) -> int {
  auto number = 0;
  for (auto const c : digits) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

// "20150830T123600Z"
auto parse_amz_date(std::string_view text) -> std::optional<Timestamp> {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  auto const year = read_digits(text.substr(0, 4));
  auto const month = read_digits(text.substr(4, 2));
  auto const day = read_digits(text.substr(6, 2));
  auto const hour = read_digits(text.substr(9, 2));
  auto const minute = read_digits(text.substr(11, 2));
  auto const second = read_digits(text.substr(13, 2));
  auto const has_time =
      hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  if (year < 0 || month < 0 || day < 0 || !has_time) return std::nullopt;
  auto const date = std::chrono::year_month_day(std::chrono::year(year),
                                                std::chrono::month(static_cast<unsigned>(month)),
                                                std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
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

// A query's parameters, decoded.
class Query {
 public:
  explicit Query(std::string_view text) {
    for (auto const part : split(text, '&')) {
      auto const equals = std::min(part.find('='), part.size());
      auto const value = part.substr(std::min(equals + 1, part.size()));
      values_.emplace_back(percent_decode(part.substr(0, equals)).value_or(""),
                           percent_decode(value).value_or(""));
    }
  }
  // nullopt also where it is repeated.
  [[nodiscard]] auto find(std::string_view name) const -> std::optional<std::string> {
    auto const named = [&](auto const& value) { return value.first == name; };
    auto const found = std::ranges::find_if(values_, named);
    if (found == values_.end() || std::ranges::count_if(values_, named) != 1) return std::nullopt;
    return found->second;
  }

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

// The target as it was signed.
auto without_signature(std::string_view target) -> std::string {
  auto const [path, query] = split_target(target);
  auto kept = std::string(path);
  auto separator = '?';
  for (auto const part : split(query, '&')) {
    if (percent_decode(part.substr(0, part.find('='))).value_or("") == kQuerySignature) continue;
    kept += std::exchange(separator, '&');
    kept += part;
  }
  return kept;
}

// DIFFERS: AWS verifies the signature of a trailer, too.
auto is_unsigned(std::string_view hash) -> bool {
  return std::ranges::find(kUnsignedHashes, hash) != kUnsignedHashes.end();
}

// What stands for the body in the canonical request.
auto signed_hash(Request const& request, bool is_s3) -> std::expected<std::string, AuthError> {
  auto const declared = request.headers.find("X-Amz-Content-Sha256");
  if (is_s3 && declared && is_unsigned(*declared)) return std::string(*declared);
  auto hash = to_hex(sha256(request.body));
  if (declared && *declared != hash) {
    return invalid("'X-Amz-Content-Sha256' must be the SHA-256 of the body.");
  }
  return hash;
}

// The same of a body that is still to come.
auto unsigned_hash(Request const& head) -> std::expected<std::string, AuthError> {
  if (head.headers.find("X-Amz-Content-Sha256") != kUnsignedHashes.front()) {
    return invalid(
        "'X-Amz-Content-Sha256' must be UNSIGNED-PAYLOAD: this body is read while it comes.");
  }
  return std::string(kUnsignedHashes.front());
}

// A presigned request is good from its date, give or take the clocks, for the seconds it names.
auto check_expiry(std::string_view amz_date, std::string_view expires, Timestamp now)
    -> std::expected<void, AuthError> {
  auto const time = parse_amz_date(amz_date);
  auto seconds = std::int64_t{0};
  auto const [end, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  auto const is_number = error == std::errc() && end == expires.data() + expires.size();
  if (!time || !is_number || seconds < 1 || seconds > kExpiresMax) {
    return incomplete("X-Amz-Date must be a date and X-Amz-Expires 1 to 604800 seconds.");
  }
  if (*time > now + kSkewMax) return invalid("The request is not valid yet.");
  if (now > *time + std::chrono::seconds(seconds)) return invalid("Request has expired");
  return {};
}

// What was signed besides the headers.
struct Signed {
  std::string_view amz_date;
  std::string_view target;
  std::string_view body_hash;
};

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

  auto check(Request const& request, Authorization const& authorization, Signed const& what)
      -> std::expected<AccessKey const*, AuthError> {
    auto const day = std::string(what.amz_date.substr(0, 8));
    auto const scope_text = credential_scope(day, scope);
    if (authorization.scope != scope_text) {
      return invalid("Credential should be scoped to a valid date, region and service.");
    }
    TRY(check_signed_headers(request, authorization.signed_headers));
    auto const* const key = find(authorization.key_id);
    auto const canonical =
        canonical_request({request.method, what.target, request.headers,
                           authorization.signed_headers, what.body_hash, scope.service == "s3"});
    auto const expected = signature(key_for(day, key != nullptr ? *key : nobody), what.amz_date,
                                    scope_text, canonical);
    auto const is_right = constant_time_equal(expected, authorization.signature);
    if (key == nullptr) {
      return refuse("UnrecognizedClientException",
                    "The security token included in the request is invalid.");
    }
    if (!is_right) return mismatch();
    if (what.body_hash.starts_with(kSignedChunks) &&
        !has_signed_chunks(request.body, {key_for(day, *key), what.amz_date, scope_text}, expected))
      return mismatch();
    return key;
  }

  // By the Authorization header; `hash_of_body` is asked last, it may cost something.
  template <typename HashOfBody>
  auto verify_signed(Request const& request, HashOfBody hash_of_body, Timestamp now)
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
    auto const body_hash = TRY(hash_of_body());
    return check(request, authorization, {amz_date, request.target, body_hash});
  }

  auto verify_presigned(Request const& request, Query const& query, Timestamp now)
      -> std::expected<AccessKey const*, AuthError> {
    auto const credential = query.find("X-Amz-Credential").value_or("");
    auto const names = query.find("X-Amz-SignedHeaders").value_or("");
    auto const given = query.find(kQuerySignature).value_or("");
    auto const amz_date = query.find("X-Amz-Date").value_or("");
    if (query.find("X-Amz-Algorithm") != "AWS4-HMAC-SHA256" || query.find("X-Amz-Security-Token")) {
      return incomplete("X-Amz-Algorithm must be AWS4-HMAC-SHA256, without a session token.");
    }
    TRY(check_expiry(amz_date, query.find("X-Amz-Expires").value_or(""), now));
    auto const slash = std::min(credential.find('/'), credential.size());
    auto authorization =
        Authorization{std::string_view(credential).substr(0, slash),
                      std::string_view(credential).substr(std::min(slash + 1, credential.size())),
                      {},
                      given};
    for (auto const name : split(names, ';')) authorization.signed_headers.emplace_back(name);
    auto const body_hash = request.headers.count("X-Amz-Content-Sha256") == 0
                               ? std::string(kUnsignedHashes.front())
                               : TRY(signed_hash(request, true));
    auto const target = without_signature(request.target);
    return check(request, authorization, {amz_date, target, body_hash});
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
  auto const is_s3 = impl_->scope.service == "s3";
  if (request.headers.count("Authorization") == 0 && is_s3) {
    auto const query = Query(split_target(request.target).query);
    if (query.find(kQuerySignature)) return impl_->verify_presigned(request, query, now);
  }
  return impl_->verify_signed(request, [&] { return signed_hash(request, is_s3); }, now);
}

auto SignatureVerifier::verify_head(Request const& head, Timestamp now) const
    -> std::expected<AccessKey const*, AuthError> {
  return impl_->verify_signed(head, [&] { return unsigned_hash(head); }, now);
}

}  // namespace treadle::net
