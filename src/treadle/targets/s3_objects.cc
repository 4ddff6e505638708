#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/net/uri.h"
#include "treadle/targets/digests.h"
#include "treadle/targets/s3.h"
#include "treadle/targets/xml_tree.h"

namespace treadle::targets {
namespace {

constexpr std::size_t kDeletedMax = 1'000;

auto lower(std::string_view text) -> std::string {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

auto belongs_to_object(std::string_view name) -> bool {
  constexpr std::string_view kNames[] = {
      "content-type",     "cache-control", "content-disposition", "content-encoding",
      "content-language", "expires",       "x-amz-storage-class"};
  return std::ranges::find(kNames, name) != std::end(kNames) || name.starts_with("x-amz-meta-") ||
         (name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-mode");
}

// "aws-chunked" says how the body came, not what it is.
auto without_chunked(std::string_view encoding) -> std::string {
  std::string out;
  while (!encoding.empty()) {
    auto const comma = std::min(encoding.find(','), encoding.size());
    auto item = encoding.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    if (item != "aws-chunked" && !item.empty()) out += (out.empty() ? "" : ",") + std::string(item);
    encoding.remove_prefix(std::min(comma + 1, encoding.size()));
  }
  return out;
}

// Whether one of the tags of If-Match or If-None-Match is `etag`.
auto names_etag(std::string_view header, std::string_view etag) -> bool {
  while (!header.empty()) {
    auto const comma = std::min(header.find(','), header.size());
    auto tag = header.substr(0, comma);
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag.starts_with('"') && tag.ends_with('"') && tag.size() > 1)
      tag = tag.substr(1, tag.size() - 2);
    if (tag == "*" || tag == etag) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

auto parse_http_date(std::string_view text) -> std::optional<std::int64_t> {
  std::tm parts{};
  std::string const copy(text);
  if (strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  return timegm(&parts);
}

auto check_read(std::string_view if_match, std::string_view if_none, std::string_view since,
                std::string_view unmodified, std::string_view etag, std::int64_t modified)
    -> std::optional<Problem> {
  auto const seconds = modified / 1000;
  Problem const failed{412, "PreconditionFailed",
                       "At least one of the pre-conditions you specified did not hold"};
  if (!if_match.empty()) {
    if (!names_etag(if_match, etag)) return failed;
  } else if (auto const date = parse_http_date(unmodified); date && seconds > *date) {
    return failed;
  }
  Problem const same{304, "NotModified", "Not Modified"};
  if (!if_none.empty()) {
    if (names_etag(if_none, etag)) return same;
  } else if (auto const date = parse_http_date(since); date && seconds <= *date) {
    return same;
  }
  return std::nullopt;
}

auto io_error() -> std::unexpected<Problem> {
  return refuse("InternalError", "We encountered an internal error. Please try again.", 500);
}

void add_headers(net::Response& response, std::string_view json, S3Call const& call) {
  json::Arena arena;
  auto const headers = json::parse(arena, json);
  response.content_type = "binary/octet-stream";
  if (!headers) return;
  // They are of the whole object.
  bool const with_checksums =
      call.header("range").empty() && lower(call.header("x-amz-checksum-mode")) == "enabled";
  for (auto const& [name, value] : headers->members()) {
    if (name == "content-type")
      response.content_type = value.as_string();
    else if (with_checksums || !name.starts_with("x-amz-checksum-"))
      response.headers.add(name, value.as_string());
  }
  for (std::string_view const name : {"content-type", "cache-control", "content-disposition",
                                      "content-encoding", "content-language", "expires"})
    if (auto const value = find(call.query, "response-" + std::string(name)); !value.empty()) {
      if (name == "content-type")
        response.content_type = value;
      else
        response.headers.set(name, value);
    }
}

// What S3 says of every object that was written without asking for more.
void add_encryption(net::Response& response) {
  constexpr std::string_view kName = "x-amz-server-side-encryption";
  if (!response.headers.find(kName)) response.headers.add(kName, "AES256");
}

}  // namespace

auto object_headers(S3Call const& call) -> std::string {
  Object out;
  std::vector<std::string> seen;
  for (auto const& [name, value] : call.headers) {
    auto const plain = lower(name);
    if (!belongs_to_object(plain) || std::ranges::find(seen, plain) != seen.end()) continue;
    seen.push_back(plain);
    auto const kept = plain == "content-encoding" ? without_chunked(value) : std::string(value);
    if (!kept.empty()) out.text(plain, kept);
  }
  return out.str();
}

auto read_range(std::string_view header, std::uint64_t size) -> std::optional<ByteRange> {
  if (!header.starts_with("bytes=") || header.contains(',')) return std::nullopt;
  header.remove_prefix(6);
  auto const dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto const first = parse_int(header.substr(0, dash));
  auto const last = parse_int(header.substr(dash + 1));
  if (dash == 0) {  // the last N
    if (!last || *last < 0) return std::nullopt;
    auto const n = std::min(static_cast<std::uint64_t>(*last), size);
    return ByteRange{size - n, n};
  }
  bool const is_open = dash + 1 == header.size();
  if (!first || *first < 0 || (!is_open && (!last || *last < *first))) return std::nullopt;
  auto const begin = static_cast<std::uint64_t>(*first);
  if (begin >= size) return ByteRange{};
  auto const end = is_open ? size : std::min(size, static_cast<std::uint64_t>(*last) + 1);
  return ByteRange{begin, end - begin};
}

auto S3::find_object(std::string_view bucket, std::string_view key) -> std::optional<Stored> {
  auto rows = database_.query(
      "select file,size,etag,modified,headers from objects where bucket=? and key=?", bucket, key);
  if (!rows.next()) return std::nullopt;
  return Stored{rows.string(0), rows.integer(1), rows.string(2), rows.integer(3), rows.string(4)};
}

auto S3::get_object(S3Call const& call) -> Result {
  auto const object = find_object(call.bucket, call.key);
  if (!object) return refuse("NoSuchKey", "The specified key does not exist.", 404);
  if (auto problem = check_read(call.header("if-match"), call.header("if-none-match"),
                                call.header("if-modified-since"),
                                call.header("if-unmodified-since"), object->etag, object->modified))
    return std::unexpected(std::move(*problem));
  auto const size = static_cast<std::uint64_t>(object->size);
  auto const range = read_range(call.header("range"), size);
  if (range && range->size == 0)
    return refuse("InvalidRange", "The requested range is not satisfiable", 416);
  auto const wanted = range.value_or(ByteRange{0, size});
  net::Response response;
  add_headers(response, object->headers, call);
  response.headers.add("Content-Length", std::to_string(wanted.size));
  response.headers.add("ETag", '"' + object->etag + '"');
  add_encryption(response);
  response.headers.add("Last-Modified", http_date(object->modified));
  response.headers.add("Accept-Ranges", "bytes");
  if (range) {
    response.status = 206;
    response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", wanted.first,
                                                      wanted.first + wanted.size - 1, size));
  }
  if (call.method == "HEAD") {
    response.body.assign(wanted.size, ' ');  // never sent: gives the length
    return response;
  }
  auto body = files_.read(object->file, wanted);
  if (!body) return io_error();
  response.body = std::move(*body);
  return response;
}

auto S3::check_write(S3Call const& call) -> std::optional<Problem> {
  auto const if_match = call.header("if-match");
  auto const if_none = call.header("if-none-match");
  if (if_match.empty() && if_none.empty()) return std::nullopt;
  auto const object = find_object(call.bucket, call.key);
  if (!if_match.empty() && !object)
    return Problem{404, "NoSuchKey", "The specified key does not exist."};
  if ((!if_match.empty() && !names_etag(if_match, object->etag)) ||
      (!if_none.empty() && object && names_etag(if_none, object->etag)))
    return Problem{412, "PreconditionFailed",
                   "At least one of the pre-conditions you specified did not hold"};
  return std::nullopt;
}

void S3::remove_after_commit(std::string file) {
  if (S3Files::is_row(file)) return files_.remove(file);
  worker_.after_commit([this, file = std::move(file)](bool is_committed) {
    if (is_committed) files_.remove(file);
  });
}

void S3::remove_unless_committed(std::string file) {
  if (S3Files::is_row(file)) return;
  worker_.after_commit([this, file = std::move(file)](bool is_committed) {
    if (!is_committed) files_.remove(file);
  });
}

void S3::put_row(S3Call const& call, Stored const& object) {
  if (auto const old = find_object(call.bucket, call.key)) remove_after_commit(old->file);
  database_.run("insert or replace into objects values(?,?,?,?,?,?,?)", call.bucket, call.key,
                object.file, object.size, object.etag, object.modified, object.headers);
  remove_unless_committed(object.file);
}

void S3::remove_row(std::string_view bucket, std::string_view key) {
  auto const old = find_object(bucket, key);
  if (!old) return;
  database_.run("delete from objects where bucket=? and key=?", bucket, key);
  remove_after_commit(old->file);
}

auto S3::put_object(S3Call const& call) -> Result {
  if (auto problem = check_write(call)) return std::unexpected(std::move(*problem));
  auto file = files_.write(call.body);
  if (!file) return io_error();
  Stored const object{*file, static_cast<std::int64_t>(call.body.size()), md5_hex(call.body),
                      scope_.now(), object_headers(call)};
  put_row(call, object);
  net::Response response{.content_type = ""};
  response.headers.add("ETag", '"' + object.etag + '"');
  add_encryption(response);
  for (auto const& [name, value] : call.headers)
    if (auto const plain = lower(name); plain.starts_with("x-amz-checksum-"))
      response.headers.add(plain, value);
  return response;
}

auto S3::find_source(S3Call const& call) -> std::expected<Stored, Problem> {
  auto source = net::percent_decode(call.header("x-amz-copy-source")).value_or("");
  if (source.starts_with('/')) source.erase(0, 1);
  source = source.substr(0, source.find("?versionId="));
  auto const slash = source.find('/');
  if (slash == std::string::npos)
    return refuse("InvalidArgument",
                  "Copy Source must mention the source bucket and key: "
                  "sourcebucket/sourcekey");
  auto const bucket = source.substr(0, slash);
  if (!has_bucket(bucket))
    return refuse("NoSuchBucket", "The specified bucket does not exist", 404);
  auto const object = find_object(bucket, source.substr(slash + 1));
  if (!object) return refuse("NoSuchKey", "The specified key does not exist.", 404);
  auto const problem = check_read(
      call.header("x-amz-copy-source-if-match"), call.header("x-amz-copy-source-if-none-match"),
      call.header("x-amz-copy-source-if-modified-since"),
      call.header("x-amz-copy-source-if-unmodified-since"), object->etag, object->modified);
  if (problem)
    return refuse("PreconditionFailed",
                  "At least one of the pre-conditions you specified did not hold", 412);
  return *object;
}

auto S3::copy_object(S3Call const& call) -> Result {
  if (auto problem = check_write(call)) return std::unexpected(std::move(*problem));
  auto object = TRY(find_source(call));
  auto file = files_.join({object.file});
  if (!file) return io_error();
  object.file = *file;
  object.modified = scope_.now();
  if (call.header("x-amz-metadata-directive") == "REPLACE") object.headers = object_headers(call);
  put_row(call, object);
  return s3_xml("CopyObjectResult", xml("LastModified", iso_date(object.modified)) +
                                        xml("ETag", '"' + object.etag + '"'));
}

auto S3::delete_objects(S3Call const& call) -> Result {
  auto const request = parse_xml(call.body);
  if (!request || request->name != "Delete" || request->children.size() > kDeletedMax + 1)
    return refuse("MalformedXML",
                  "The XML you provided was not well-formed or did not validate "
                  "against our published schema");
  bool const is_quiet = request->text_of("Quiet") == "true";
  std::string out;
  for (auto const& child : request->children) {
    if (child.name != "Object") continue;
    auto const key = child.text_of("Key");
    remove_row(call.bucket, key);
    if (!is_quiet) out += fmt::format("<Deleted>{}</Deleted>", xml("Key", key));
  }
  return s3_xml("DeleteResult", out);
}

}  // namespace treadle::targets
