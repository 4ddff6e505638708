// Where a call of a service goes.
//
// In this order: treadle.yaml, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, AWS itself where
// credentials are configured, this process where it answers the service. Step Functions itself is
// this process unless treadle.yaml or AWS_ENDPOINT_URL_SFN names another place.
// Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints"; AWS General Reference,
// "AWS service endpoints".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/integrations/aws_configuration.h"
#include "treadle/integrations/aws_sdk/service_model.h"

namespace treadle::integrations::aws_sdk {

struct LocationQuestion {
  std::string_view id;  // "dynamodb"
  ServiceModel const& model;
  std::string_view region;
  bool is_local = false;         // this process answers the service
  bool has_credentials = false;  // some are configured; an instance's role does not count
};

struct ServiceLocation {
  enum class Kind : std::uint8_t { kLocal, kEndpoint, kAws };
  Kind kind = Kind::kLocal;
  std::string url;  // without a slash at its end; empty of kLocal
  std::string signing_region;
};

// Fails only where treadle.yaml asks for a local service that there is none of.
[[nodiscard]] auto locate_service(AwsConfiguration const& configuration,
                                  LocationQuestion const& question)
    -> Result<ServiceLocation, std::string>;

// AWS's own address of a service.
[[nodiscard]] auto aws_location(ServiceModel const& model, std::string_view region)
    -> ServiceLocation;
using AwsLocator = ServiceLocation (*)(ServiceModel const& model, std::string_view region);

// What an operator can do about a service that can't be reached for want of credentials.
[[nodiscard]] auto how_to_reach(std::string_view id, std::string_view service_id) -> std::string;

}  // namespace treadle::integrations::aws_sdk
