#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/net/uri.h"
#include "treadle/targets/s3.h"

namespace treadle::targets {

namespace {
constexpr std::size_t kKeysMax = 1'000;

// The first text behind all that begin with `prefix`; empty: there is none.
auto behind_prefix(std::string prefix) -> std::string {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (!prefix.empty())
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}
}  // namespace

struct S3::Listing {
  struct Entry {
    std::string key;
    std::int64_t size, modified;
    std::string etag;
  };
  std::vector<Entry> contents;
  std::vector<std::string> prefixes;
  std::string last;  // key or common prefix
  bool is_truncated = false;
  [[nodiscard]] auto count() const -> std::size_t { return contents.size() + prefixes.size(); }
};

// Keys below `prefix` behind `after`, rolled up at the delimiter. Each common prefix costs one search,
// however many keys it has.
auto S3::collect(S3Call const& call, std::string_view after, std::size_t max) -> Listing {
  auto const prefix = find(call.query, "prefix");
  auto const delimiter = find(call.query, "delimiter");
  Listing out;
  std::string from = std::max(std::string(after) + '\0', std::string(prefix));
  if (after.empty()) from = prefix;
  for (bool is_done = false; !is_done;) {
    is_done = true;
    auto rows = database_.query(
        "select key,size,modified,etag from objects where bucket=? and key>=? order by key",
        call.bucket, from);
    while (rows.next()) {
      auto const key = rows.text(0);
      if (!key.starts_with(prefix)) break;
      auto const cut =
          delimiter.empty() ? std::string_view::npos : key.find(delimiter, prefix.size());
      std::string rolled;
      if (cut != std::string_view::npos) rolled = key.substr(0, cut + delimiter.size());
      // A marker that is a common prefix, or lies in one, is behind it already.
      bool const is_past = !rolled.empty() && !after.empty() && rolled <= after;
      if (!is_past && out.count() >= max) {
        out.is_truncated = max > 0;
        break;
      }
      if (rolled.empty()) {
        out.last = key;
        out.contents.push_back({out.last, rows.integer(1), rows.integer(2), rows.string(3)});
        continue;
      }
      if (!is_past) {
        out.prefixes.push_back(rolled);
        out.last = rolled;
      }
      from = behind_prefix(rolled);
      is_done = from.empty();
      break;
    }
  }
  return out;
}

auto S3::list_objects(S3Call const& call) -> Result {
  bool const is_v2 = find(call.query, "list-type") == "2";
  bool const is_encoded = find(call.query, "encoding-type") == "url";
  auto const encode = [&](std::string_view text) {
    return is_encoded ? net::percent_encode(text, net::Slash::kKeep) : std::string(text);
  };
  std::size_t max = kKeysMax;
  if (call.has("max-keys")) {
    auto const given = parse_int(find(call.query, "max-keys"));
    if (!given || *given < 0)
      return refuse("InvalidArgument",
                    "Argument maxKeys must be an integer between 0 and 2147483647");
    max = std::min(max, static_cast<std::size_t>(*given));
  }
  std::string after(find(call.query, is_v2 ? "start-after" : "marker"));
  auto const token = find(call.query, "continuation-token");
  if (is_v2 && !token.empty()) {
    auto const decoded = base64_decode(token, Base64::kUrlSafe);
    if (!decoded) return refuse("InvalidArgument", "The continuation token provided is incorrect");
    after = *decoded;
  }
  auto const listing = collect(call, after, max);
  std::string out = xml("Name", call.bucket) + xml("Prefix", encode(find(call.query, "prefix"))) +
                    xml("MaxKeys", std::to_string(max)) +
                    xml("IsTruncated", listing.is_truncated ? "true" : "false");
  if (auto const delimiter = find(call.query, "delimiter"); !delimiter.empty())
    out += xml("Delimiter", encode(delimiter));
  if (is_encoded) out += xml("EncodingType", "url");
  if (is_v2) {
    out += xml("KeyCount", std::to_string(listing.count()));
    if (call.has("start-after")) out += xml("StartAfter", encode(find(call.query, "start-after")));
    if (!token.empty()) out += xml("ContinuationToken", token);
    if (listing.is_truncated)
      out += xml("NextContinuationToken", base64_encode(listing.last, Base64::kUrlSafe));
  } else {
    out += xml("Marker", encode(after));
    if (listing.is_truncated && call.has("delimiter"))
      out += xml("NextMarker", encode(listing.last));
  }
  for (auto const& entry : listing.contents)
    out += fmt::format("<Contents>{}{}{}{}{}</Contents>", xml("Key", encode(entry.key)),
                       xml("LastModified", iso_date(entry.modified)),
                       xml("ETag", '"' + entry.etag + '"'), xml("Size", std::to_string(entry.size)),
                       xml("StorageClass", "STANDARD"));
  for (auto const& one : listing.prefixes)
    out += fmt::format("<CommonPrefixes>{}</CommonPrefixes>", xml("Prefix", encode(one)));
  return s3_xml("ListBucketResult", out);
}

}  // namespace treadle::targets
