// One request to S3, taken apart.
// Source: Amazon S3 API reference, "Common request headers"; "Virtual hosting of buckets".
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "treadle/net/http_message.h"
#include "treadle/targets/message.h"

namespace treadle::targets {

struct S3Call {
  std::string method;
  std::string bucket;  // empty: of the service
  std::string key;     // empty: of the bucket
  Form query;
  net::Headers headers;
  std::string body;  // without aws-chunked
  std::string id;

  [[nodiscard]] auto header(std::string_view name) const -> std::string_view {
    return headers.find(name).value_or(std::string_view());
  }
  [[nodiscard]] auto has(std::string_view parameter) const -> bool {
    return query.contains(parameter);
  }
};

// Refuses names and bodies that can't be meant; checks Content-MD5 and x-amz-checksum-*.
[[nodiscard]] auto read_s3_call(net::Request&& request) -> std::expected<S3Call, Problem>;
// The bucket that a Host such as "BUCKET.s3.localhost:8083" names; empty: the path names it.
[[nodiscard]] auto bucket_of_host(std::string_view host) -> std::string_view;
[[nodiscard]] auto is_bucket_name(std::string_view name) -> bool;

[[nodiscard]] auto s3_error(Problem const& problem, S3Call const& call) -> net::Response;
[[nodiscard]] auto http_date(std::int64_t milliseconds) -> std::string;
// "2026-11-23T09:08:07.123Z"
[[nodiscard]] auto iso_date(std::int64_t milliseconds) -> std::string;

}  // namespace treadle::targets
