// S3: buckets and objects. Source: Amazon S3 API reference.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "treadle/net/http_server.h"
#include "treadle/targets/s3_call.h"
#include "treadle/targets/s3_files.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

extern char const* const kS3Schema;

class S3 {
 public:
  // Removes files that no row names and makes `buckets`. Before the worker gets work.
  S3(Worker& worker, Scope scope, std::filesystem::path const& folder,
     std::vector<std::string> const& buckets);

  void handle(net::Request&& request, net::Responder responder);  // any thread

 private:
  using Result = std::expected<net::Response, Problem>;
  struct Stored {
    std::string file;
    std::int64_t size = 0;
    std::string etag;  // without quotes
    std::int64_t modified = 0;
    std::string headers;  // JSON object
  };
  struct Listing;

  [[nodiscard]] auto answer(S3Call const& call) -> Result;
  [[nodiscard]] auto answer_bucket(S3Call const& call) -> Result;
  [[nodiscard]] auto answer_object(S3Call const& call) -> Result;

  [[nodiscard]] auto list_buckets() -> Result;
  [[nodiscard]] auto create_bucket(S3Call const& call) -> Result;
  [[nodiscard]] auto delete_bucket(S3Call const& call) -> Result;
  [[nodiscard]] auto list_objects(S3Call const& call) -> Result;
  [[nodiscard]] auto collect(S3Call const& call, std::string_view after, std::size_t max)
      -> Listing;
  [[nodiscard]] auto delete_objects(S3Call const& call) -> Result;

  [[nodiscard]] auto get_object(S3Call const& call) -> Result;
  [[nodiscard]] auto put_object(S3Call const& call) -> Result;
  [[nodiscard]] auto copy_object(S3Call const& call) -> Result;

  [[nodiscard]] auto create_upload(S3Call const& call) -> Result;
  [[nodiscard]] auto upload_part(S3Call const& call) -> Result;
  [[nodiscard]] auto complete_upload(S3Call const& call) -> Result;
  [[nodiscard]] auto abort_upload(S3Call const& call) -> Result;
  [[nodiscard]] auto list_parts(S3Call const& call) -> Result;
  [[nodiscard]] auto list_uploads(S3Call const& call) -> Result;

  [[nodiscard]] auto has_bucket(std::string_view bucket) -> bool;
  [[nodiscard]] auto find_object(std::string_view bucket, std::string_view key)
      -> std::optional<Stored>;
  [[nodiscard]] auto find_source(S3Call const& call) -> std::expected<Stored, Problem>;
  [[nodiscard]] auto check_write(S3Call const& call) -> std::optional<Problem>;
  [[nodiscard]] auto has_upload(S3Call const& call) -> bool;
  void put_row(S3Call const& call, Stored const& object);
  void remove_row(std::string_view bucket, std::string_view key);
  void forget_upload(std::string_view id);
  void remove_after_commit(std::string file);
  void remove_unless_committed(std::string file);
  void sweep();

  Worker& worker_;
  Database& database_;
  Scope scope_;
  S3Files files_;
};

[[nodiscard]] auto s3_xml(std::string_view root, std::string_view content) -> net::Response;
// The headers of a request that belong to the object, as a JSON object.
[[nodiscard]] auto object_headers(S3Call const& call) -> std::string;
// The range that `header` asks for; nullopt: all of it. An unsatisfiable one has size 0.
[[nodiscard]] auto read_range(std::string_view header, std::uint64_t size)
    -> std::optional<ByteRange>;

}  // namespace treadle::targets
