#include "treadle/targets/s3_call.h"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/time.h"
#include "treadle/base/utf8.h"
#include "treadle/net/uri.h"
#include "treadle/targets/aws_chunked.h"
#include "treadle/targets/digests.h"

namespace treadle::targets {
namespace {

constexpr std::size_t kKeyBytesMax = 1'024;
constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

auto is_ip_like(std::string_view name) -> bool {
  return name.find_first_not_of("0123456789.") == std::string_view::npos;
}

auto check_digests(S3Call const& call) -> std::optional<Problem> {
  if (auto const given = call.header("content-md5"); !given.empty()) {
    auto const wanted = base64_decode(given);
    if (!wanted || wanted->size() != 16)
      return Problem{400, "InvalidDigest", "The Content-MD5 you specified was invalid."};
    if (*wanted != md5(call.body))
      return Problem{400, "BadDigest",
                     "The Content-MD5 you specified did not match what we received."};
  }
  for (auto const& [name, value] : call.headers) {
    if (name.size() <= kChecksumPrefix.size() ||
        !net::equals_ignoring_case(name.substr(0, kChecksumPrefix.size()), kChecksumPrefix))
      continue;
    std::string kind(name.substr(kChecksumPrefix.size()));
    std::ranges::transform(kind, kind.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    auto const own = checksum(kind, call.body);
    // Of CompleteMultipartUpload it is that of the object, not of the body.
    if (own && !call.has("uploadId") && base64_encode(*own) != value)
      return Problem{
          400, "BadDigest",
          fmt::format("The {} you specified did not match the calculated checksum.", kind)};
  }
  return std::nullopt;
}

auto unchunk(S3Call& call) -> bool {
  if (!call.header("x-amz-content-sha256").starts_with("STREAMING-")) return true;
  auto read = read_aws_chunked(call.body);
  if (!read) return false;
  if (auto const size = parse_int(call.header("x-amz-decoded-content-length"));
      size && static_cast<std::size_t>(*size) != read->body.size())
    return false;
  call.body = std::move(read->body);
  for (auto const& [name, value] : read->trailers)
    if (!net::equals_ignoring_case(name, "x-amz-trailer-signature")) call.headers.set(name, value);
  return true;
}

}  // namespace

auto bucket_of_host(std::string_view host) -> std::string_view {
  host = host.substr(0, host.find(':'));
  for (std::string_view const suffix : {".s3.localhost", ".localhost"})
    if (host.size() > suffix.size() && host.ends_with(suffix)) {
      auto const name = host.substr(0, host.size() - suffix.size());
      return name == "s3" ? std::string_view() : name;
    }
  return {};
}

auto is_bucket_name(std::string_view name) -> bool {
  auto const is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 3 && name.size() <= 63 && is_plain(name.front()) && is_plain(name.back()) &&
         !is_ip_like(name) && name.find("..") == std::string_view::npos &&
         std::ranges::all_of(name, [&](char c) { return is_plain(c) || c == '-' || c == '.'; });
}

auto read_s3_call(net::Request&& request) -> std::expected<S3Call, Problem> {
  S3Call call{.method = std::move(request.method),
              .bucket = {},
              .key = {},
              .query = {},
              .headers = std::move(request.headers),
              .body = std::move(request.body),
              .id = std::string(request.id.view())};
  auto const parts = net::split_target(request.target);
  call.query = parse_form(parts.query);
  auto path = parts.path;
  if (path.starts_with('/')) path.remove_prefix(1);
  call.bucket = bucket_of_host(call.header("host"));
  if (call.bucket.empty()) {
    auto const slash = std::min(path.find('/'), path.size());
    call.bucket = net::percent_decode(path.substr(0, slash)).value_or("");
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  auto const key = net::percent_decode(path);
  if (!key || !utf8::is_valid(*key))
    return std::unexpected(Problem{400, "InvalidURI", "Couldn't parse the specified URI."});
  call.key = *key;
  if (call.key.size() > kKeyBytesMax)
    return std::unexpected(Problem{400, "KeyTooLongError", "Your key is too long"});
  if (!call.bucket.empty() && !is_bucket_name(call.bucket))
    return std::unexpected(Problem{400, "InvalidBucketName", "The specified bucket is not valid."});
  if (!unchunk(call))
    return std::unexpected(
        Problem{400, "IncompleteBody", "The request body terminated unexpectedly"});
  if (auto problem = check_digests(call)) return std::unexpected(std::move(*problem));
  return call;
}

auto s3_error(Problem const& problem, S3Call const& call) -> net::Response {
  net::Response response;
  response.status = problem.status;
  response.content_type = "application/xml";
  response.headers.add("x-amz-request-id", call.id);
  response.headers.add("x-amz-id-2", call.id);
  if (call.method == "HEAD" || problem.status == 304) return response;
  auto const where = call.key.empty() ? xml("BucketName", call.bucket) : xml("Key", call.key);
  response.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{}{}{}{}{}</Error>",
      xml("Code", problem.code), xml("Message", problem.message), call.bucket.empty() ? "" : where,
      xml("RequestId", call.id), xml("HostId", call.id));
  return response;
}

auto http_date(std::int64_t milliseconds) -> std::string {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}",
                     fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)));
}

auto iso_date(std::int64_t milliseconds) -> std::string {
  return to_iso8601(Timestamp(Milliseconds(milliseconds)));
}

}  // namespace treadle::targets
