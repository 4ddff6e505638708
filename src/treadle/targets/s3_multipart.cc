#include <algorithm>

#include <fmt/format.h>

#include "treadle/targets/digests.h"
#include "treadle/targets/s3.h"
#include "treadle/targets/xml_tree.h"

namespace treadle::targets {
namespace {

constexpr std::int64_t kPartNumberMax = 10'000;
constexpr std::int64_t kPartBytesMin = 5 << 20;

auto no_upload() -> std::unexpected<Problem> {
  return refuse("NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload "
                "may have been aborted or completed.",
                404);
}

auto without_quotes(std::string_view tag) -> std::string_view {
  if (tag.size() > 1 && tag.starts_with('"') && tag.ends_with('"'))
    return tag.substr(1, tag.size() - 2);
  return tag;
}

auto from_hex(std::string_view digits) -> std::string {
  auto const value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return out;
}

}  // namespace

auto S3::has_upload(S3Call const& call) -> bool {
  return database_
      .query("select 1 from uploads where id=? and bucket=? and key=?",
             find(call.query, "uploadId"), call.bucket, call.key)
      .next();
}

void S3::forget_upload(std::string_view id) {
  {
    auto rows = database_.query("select file from parts where upload=?", id);
    while (rows.next()) remove_after_commit(rows.string(0));
  }
  database_.run("delete from parts where upload=?", id);
  database_.run("delete from uploads where id=?", id);
}

auto S3::create_upload(S3Call const& call) -> Result {
  auto const id = scope_.uuid();
  database_.run("insert into uploads values(?,?,?,?,?)", id, call.bucket, call.key, scope_.now(),
                object_headers(call));
  return s3_xml("InitiateMultipartUploadResult",
                xml("Bucket", call.bucket) + xml("Key", call.key) + xml("UploadId", id));
}

auto S3::upload_part(S3Call const& call) -> Result {
  if (!has_upload(call)) return no_upload();
  auto const number = parse_int(find(call.query, "partNumber"));
  if (!number || *number < 1 || *number > kPartNumberMax)
    return refuse("InvalidArgument",
                  "Part number must be an integer between 1 and 10000, inclusive");
  auto const id = find(call.query, "uploadId");
  std::optional<std::string> file;
  auto size = static_cast<std::int64_t>(call.body.size());
  std::string etag;
  bool const is_copy = !call.header("x-amz-copy-source").empty();
  if (is_copy) {
    auto const source = TRY(find_source(call));
    auto const all = static_cast<std::uint64_t>(source.size);
    auto const range =
        read_range(call.header("x-amz-copy-source-range"), all).value_or(ByteRange{0, all});
    auto const bytes = files_.read(source.file, range);
    if (bytes) file = files_.write(*bytes);
    if (bytes) etag = md5_hex(*bytes);
    size = static_cast<std::int64_t>(range.size);
  } else {
    file = files_.write(call.body);
    etag = md5_hex(call.body);
  }
  if (!file)
    return refuse("InternalError", "We encountered an internal error. Please try again.", 500);
  {
    auto old = database_.query("select file from parts where upload=? and number=?", id, *number);
    if (old.next()) remove_after_commit(old.string(0));
  }
  auto const now = scope_.now();
  database_.run("insert or replace into parts values(?,?,?,?,?,?)", id, *number, *file, size, etag,
                now);
  remove_unless_committed(*file);
  auto const tag = '"' + etag + '"';
  if (is_copy)
    return s3_xml("CopyPartResult", xml("LastModified", iso_date(now)) + xml("ETag", tag));
  net::Response response{.content_type = ""};
  response.headers.add("ETag", tag);
  return response;
}

auto S3::complete_upload(S3Call const& call) -> Result {
  if (!has_upload(call)) return no_upload();
  if (auto problem = check_write(call)) return std::unexpected(std::move(*problem));
  auto const id = find(call.query, "uploadId");
  auto const request = parse_xml(call.body);
  if (!request || request->children.empty())
    return refuse("MalformedXML",
                  "The XML you provided was not well-formed or did not validate "
                  "against our published schema");
  std::vector<std::string> files;
  std::string digests;
  Stored object;
  std::int64_t before = 0, last_size = kPartBytesMin;
  for (auto const& part : request->children) {
    auto const number = parse_int(part.text_of("PartNumber")).value_or(0);
    if (number <= before)
      return refuse("InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must "
                    "be ordered by part number.");
    before = number;
    auto rows =
        database_.query("select file,size,etag from parts where upload=? and number=?", id, number);
    if (!rows.next() || rows.text(2) != without_quotes(part.text_of("ETag")))
      return refuse("InvalidPart",
                    "One or more of the specified parts could not be found.  The part "
                    "may not have been uploaded, or the specified entity tag may not "
                    "match the part's entity tag.");
    if (last_size < kPartBytesMin)
      return refuse("EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size");
    last_size = rows.integer(1);
    object.size += last_size;
    files.push_back(rows.string(0));
    digests += from_hex(rows.text(2));
  }
  auto file = files_.join(files);
  if (!file)
    return refuse("InternalError", "We encountered an internal error. Please try again.", 500);
  object.file = *file;
  object.etag = fmt::format("{}-{}", md5_hex(digests), files.size());
  object.modified = scope_.now();
  {
    auto rows = database_.query("select headers from uploads where id=?", id);
    object.headers = rows.next() ? rows.string(0) : "{}";
  }
  put_row(call, object);
  forget_upload(id);
  return s3_xml("CompleteMultipartUploadResult",
                xml("Location", fmt::format("/{}/{}", call.bucket, call.key)) +
                    xml("Bucket", call.bucket) + xml("Key", call.key) +
                    xml("ETag", '"' + object.etag + '"'));
}

auto S3::abort_upload(S3Call const& call) -> Result {
  if (!has_upload(call)) return no_upload();
  forget_upload(find(call.query, "uploadId"));
  return net::Response{.status = 204, .content_type = ""};
}

auto S3::list_parts(S3Call const& call) -> Result {
  if (!has_upload(call)) return no_upload();
  auto const id = find(call.query, "uploadId");
  auto const after = parse_int(find(call.query, "part-number-marker")).value_or(0);
  auto const max =
      std::clamp<std::int64_t>(parse_int(find(call.query, "max-parts")).value_or(1'000), 0, 1'000);
  std::string parts;
  std::int64_t last = 0, count = 0;
  bool is_truncated = false;
  auto rows = database_.query(
      "select number,size,etag,modified from parts where upload=? and number>? order by number", id,
      after);
  while (rows.next()) {
    if (count++ >= max) {
      is_truncated = true;
      break;
    }
    last = rows.integer(0);
    parts += fmt::format("<Part>{}{}{}{}</Part>", xml("PartNumber", std::to_string(last)),
                         xml("LastModified", iso_date(rows.integer(3))),
                         xml("ETag", '"' + rows.string(2) + '"'),
                         xml("Size", std::to_string(rows.integer(1))));
  }
  return s3_xml("ListPartsResult", xml("Bucket", call.bucket) + xml("Key", call.key) +
                                       xml("UploadId", id) +
                                       xml("PartNumberMarker", std::to_string(after)) +
                                       xml("NextPartNumberMarker", std::to_string(last)) +
                                       xml("MaxParts", std::to_string(max)) +
                                       xml("IsTruncated", is_truncated ? "true" : "false") + parts);
}

auto S3::list_uploads(S3Call const& call) -> Result {
  auto rows = database_.query(
      "select key,id,created from uploads where bucket=? order by key, created limit 1000",
      call.bucket);
  std::string out =
      xml("Bucket", call.bucket) + xml("MaxUploads", "1000") + xml("IsTruncated", "false");
  while (rows.next())
    if (rows.text(0).starts_with(find(call.query, "prefix")))
      out +=
          fmt::format("<Upload>{}{}{}</Upload>", xml("Key", rows.text(0)),
                      xml("UploadId", rows.text(1)), xml("Initiated", iso_date(rows.integer(2))));
  return s3_xml("ListMultipartUploadsResult", out);
}

}  // namespace treadle::targets
