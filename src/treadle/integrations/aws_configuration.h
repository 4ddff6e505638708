// Where the services that tasks call are, and as whom they are called: the variables that every AWS
// SDK reads, taken once at start. Source: AWS SDKs and Tools Reference Guide, "Service-specific
// endpoints".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/net/sigv4.h"

namespace treadle::integrations {

using Environment = std::map<std::string, std::string, std::less<>>;

// The variables of this process.
[[nodiscard]] auto process_environment() -> Environment;

// Where the operator says that a service is.
enum class ServicePlace : std::uint8_t { kLocal, kAws, kUrl };

struct ServiceSetting {
  ServicePlace place = ServicePlace::kLocal;
  std::string url;    // of kUrl, without a slash at its end
  std::string where;  // the setting's own place, for messages: "FILE:LINE:COLUMN"
};

// By the id that AWS SDK integrations use: "dynamodb", "sfn".
using ServiceSettings = std::map<std::string, ServiceSetting, std::less<>>;

struct AwsConfiguration {
  std::string region = "us-east-1";   // AWS_REGION, else AWS_DEFAULT_REGION
  std::string endpoint_url;           // AWS_ENDPOINT_URL; empty: AWS's own
  Environment service_endpoint_urls;  // AWS_ENDPOINT_URL_<KEY> by KEY ("LAMBDA", "DYNAMODB")
  std::optional<net::Credentials> credentials;  // AWS_ACCESS_KEY_ID and its companions
  ServiceSettings services{};                   // of treadle.yaml; wins over the variables
};

[[nodiscard]] auto read_aws_configuration(Environment const& environment) -> AwsConfiguration;

// A service's address without a slash at its end: of treadle.yaml, else AWS_ENDPOINT_URL_<KEY>, else
// AWS_ENDPOINT_URL, else https://PREFIX.REGION.amazonaws.com.
struct ServiceEndpoint {
  std::string url;
  // What to sign with: the environment's, or dummy keys where an endpoint is configured; nullopt
  // where AWS itself would be called without any.
  std::optional<net::Credentials> credentials;
};
[[nodiscard]] auto service_endpoint(AwsConfiguration const& configuration, std::string_view key,
                                    std::string_view prefix, std::string_view region)
    -> ServiceEndpoint;

// The suffix of AWS's host names in the partition of a region: "amazonaws.com.cn" in China.
[[nodiscard]] auto dns_suffix(std::string_view region) -> std::string_view;

// What follows AWS_ENDPOINT_URL_ for a service: its id in upper case, blanks and dashes as
// underscores ("TIMESTREAM_WRITE" of "Timestream Write").
[[nodiscard]] auto endpoint_key(std::string_view service_id) -> std::string;

// "host[:port]" of an http or https URL, for the Host header; empty if it is none.
[[nodiscard]] auto authority_of(std::string_view url) -> std::string_view;

// Percent-encodes all but RFC 3986's unreserved characters: one segment of a path, or one value of
// a query.
[[nodiscard]] auto percent_encode(std::string_view text) -> std::string;

}  // namespace treadle::integrations
