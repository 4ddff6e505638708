#include "treadle/targets/s3.h"

#include <set>

#include <fmt/format.h>

namespace treadle::targets {

char const* const kS3Schema = R"(
create table if not exists buckets(name text primary key, created integer not null) without rowid;
create table if not exists objects(bucket text not null, key text not null, file text not null,
  size integer not null, etag text not null, modified integer not null, headers text not null,
  primary key(bucket, key)) without rowid;
create table if not exists bodies(id integer primary key, bytes blob not null);
create table if not exists uploads(id text primary key, bucket text not null, key text not null,
  created integer not null, headers text not null) without rowid;
create table if not exists parts(upload text not null, number integer not null, file text not null,
  size integer not null, etag text not null, modified integer not null,
  primary key(upload, number)) without rowid;
)";

auto s3_xml(std::string_view root, std::string_view content) -> net::Response {
  net::Response response;
  response.content_type = "application/xml";
  response.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<{0} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{1}</{0}>",
      root, content);
  return response;
}

S3::S3(Worker& worker, Scope scope, std::filesystem::path const& folder,
       std::vector<std::string> const& buckets)
    : worker_(worker),
      database_(worker.database()),
      scope_(scope),
      files_(database_, folder, scope) {
  sweep();
  worker_.set_before_commit([this] { return files_.sync(); });
  for (auto const& bucket : buckets)
    database_.run("insert or ignore into buckets values(?,?)", bucket, scope_.now());
}

void S3::sweep() {
  std::set<std::string, std::less<>> known;
  {
    auto rows = database_.query(
        "select file from objects where file not like '#%' union all "
        "select file from parts where file not like '#%'");
    while (rows.next()) known.insert(rows.string(0));
  }
  for (auto const& name : files_.names())
    if (!known.contains(name)) files_.remove(name);
}

void S3::handle(net::Request&& request, net::Responder responder) {
  auto const held = std::make_shared<std::pair<net::Request, net::Responder>>(std::move(request),
                                                                              std::move(responder));
  bool const is_taken = worker_.post([this, held] {
    S3Call failed;
    failed.method = held->first.method;
    failed.id = held->first.id.view();
    auto call = read_s3_call(std::move(held->first));
    if (!call) return worker_.answer(std::move(held->second), s3_error(call.error(), failed));
    auto result = answer(*call);
    if (!result) return worker_.answer(std::move(held->second), s3_error(result.error(), *call));
    result->headers.add("x-amz-request-id", call->id);
    result->headers.add("x-amz-id-2", call->id);
    worker_.answer(std::move(held->second), std::move(*result));
  });
  if (is_taken) return;
  S3Call refused;
  refused.id = held->first.id.view();
  held->second.send(s3_error({503, "SlowDown", "Please reduce your request rate."}, refused));
}

auto S3::answer(S3Call const& call) -> Result {
  if (call.bucket.empty()) {
    if (call.method == "GET") return list_buckets();
    return refuse("MethodNotAllowed", "The specified method is not allowed against this resource.",
                  405);
  }
  // DIFFERS: AWS has all of these.
  for (std::string_view const name :
       {"acl",         "policy",     "tagging",           "cors",
        "lifecycle",   "encryption", "website",           "notification",
        "replication", "logging",    "object-lock",       "retention",
        "legal-hold",  "select",     "restore",           "torrent",
        "attributes",  "versions",   "publicAccessBlock", "ownershipControls"})
    if (call.has(name))
      return refuse("NotImplemented",
                    "A header you provided implies functionality that is not implemented", 501);
  bool const makes_bucket = call.method == "PUT" && call.key.empty();
  if (!makes_bucket && !has_bucket(call.bucket))
    return refuse("NoSuchBucket", "The specified bucket does not exist", 404);
  return call.key.empty() ? answer_bucket(call) : answer_object(call);
}

auto S3::answer_bucket(S3Call const& call) -> Result {
  if (call.method == "PUT" && call.query.empty()) return create_bucket(call);
  if (call.method == "DELETE") return delete_bucket(call);
  if (call.method == "POST" && call.has("delete")) return delete_objects(call);
  if (call.method == "HEAD") {
    net::Response response;
    response.content_type = "application/xml";
    response.headers.add("x-amz-bucket-region", scope_.region);
    return response;
  }
  if (call.method == "GET" && call.has("location"))
    return s3_xml("LocationConstraint", scope_.region == "us-east-1" ? "" : scope_.region);
  if (call.method == "GET" && call.has("versioning")) return s3_xml("VersioningConfiguration", "");
  if (call.method == "GET" && call.has("uploads")) return list_uploads(call);
  if (call.method == "GET") return list_objects(call);
  return refuse("MethodNotAllowed", "The specified method is not allowed against this resource.",
                405);
}

auto S3::answer_object(S3Call const& call) -> Result {
  bool const is_copy = !call.header("x-amz-copy-source").empty();
  if (call.method == "GET" && call.has("uploadId")) return list_parts(call);
  if (call.method == "GET" || call.method == "HEAD") return get_object(call);
  if (call.method == "PUT" && call.has("uploadId")) return upload_part(call);
  if (call.method == "PUT") return is_copy ? copy_object(call) : put_object(call);
  if (call.method == "POST" && call.has("uploads")) return create_upload(call);
  if (call.method == "POST" && call.has("uploadId")) return complete_upload(call);
  if (call.method == "DELETE" && call.has("uploadId")) return abort_upload(call);
  if (call.method == "DELETE") {
    remove_row(call.bucket, call.key);
    return net::Response{.status = 204, .content_type = ""};
  }
  return refuse("MethodNotAllowed", "The specified method is not allowed against this resource.",
                405);
}

auto S3::list_buckets() -> Result {
  std::string out = fmt::format("<Owner>{}{}</Owner><Buckets>", xml("ID", scope_.account),
                                xml("DisplayName", "treadle"));
  auto rows = database_.query("select name, created from buckets order by name");
  while (rows.next())
    out += fmt::format("<Bucket>{}{}</Bucket>", xml("Name", rows.text(0)),
                       xml("CreationDate", iso_date(rows.integer(1))));
  return s3_xml("ListAllMyBucketsResult", out + "</Buckets>");
}

auto S3::create_bucket(S3Call const& call) -> Result {
  auto const made =
      database_.run("insert or ignore into buckets values(?,?)", call.bucket, scope_.now());
  if (made == 0 && scope_.region != "us-east-1")
    return refuse(
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.", 409);
  net::Response response{.content_type = ""};
  response.headers.add("Location", "/" + call.bucket);
  return response;
}

auto S3::delete_bucket(S3Call const& call) -> Result {
  {
    auto rows = database_.query("select 1 from objects where bucket=? limit 1", call.bucket);
    if (rows.next())
      return refuse("BucketNotEmpty", "The bucket you tried to delete is not empty", 409);
  }
  std::vector<std::string> uploads;
  {
    auto rows = database_.query("select id from uploads where bucket=?", call.bucket);
    while (rows.next()) uploads.push_back(rows.string(0));
  }
  for (auto const& id : uploads) forget_upload(id);
  database_.run("delete from buckets where name=?", call.bucket);
  return net::Response{.status = 204, .content_type = ""};
}

auto S3::has_bucket(std::string_view bucket) -> bool {
  return database_.query("select 1 from buckets where name=?", bucket).next();
}

}  // namespace treadle::targets
