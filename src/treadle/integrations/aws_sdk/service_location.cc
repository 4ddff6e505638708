#include "treadle/integrations/aws_sdk/service_location.h"

#include <fmt/format.h>

namespace treadle::integrations::aws_sdk {
namespace {

using Kind = ServiceLocation::Kind;

// Services that have one address a partition, and the region that their requests are signed for.
struct GlobalEndpoint {
  std::string_view prefix;
  std::string_view region_prefix;  // of the partition's regions; empty: all other
  std::string_view host;
  std::string_view signing_region;
};

constexpr GlobalEndpoint kGlobalEndpoints[] = {
    {"iam", "cn-", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
    {"iam", "us-gov-", "iam.us-gov.amazonaws.com", "us-gov-west-1"},
    {"iam", "us-iso-", "iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"},
    {"iam", "", "iam.amazonaws.com", "us-east-1"},
    {"route53", "cn-", "route53.amazonaws.com.cn", "cn-northwest-1"},
    {"route53", "us-gov-", "route53.us-gov.amazonaws.com", "us-gov-west-1"},
    {"route53", "", "route53.amazonaws.com", "us-east-1"},
    {"cloudfront", "cn-", "cloudfront.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
    {"cloudfront", "", "cloudfront.amazonaws.com", "us-east-1"},
    {"organizations", "cn-", "organizations.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
    {"organizations", "us-gov-", "organizations.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
    {"organizations", "", "organizations.us-east-1.amazonaws.com", "us-east-1"},
    {"account", "", "account.us-east-1.amazonaws.com", "us-east-1"},
    {"billingconductor", "", "billingconductor.us-east-1.amazonaws.com", "us-east-1"},
    {"budgets", "", "budgets.amazonaws.com", "us-east-1"},
    {"ce", "", "ce.us-east-1.amazonaws.com", "us-east-1"},
    {"chime", "", "chime.us-east-1.amazonaws.com", "us-east-1"},
    {"globalaccelerator", "", "globalaccelerator.us-west-2.amazonaws.com", "us-west-2"},
    {"health", "", "global.health.amazonaws.com", "us-east-1"},
    {"networkmanager", "", "networkmanager.us-west-2.amazonaws.com", "us-west-2"},
    {"savingsplans", "", "savingsplans.amazonaws.com", "us-east-1"},
    {"shield", "", "shield.us-east-1.amazonaws.com", "us-east-1"},
    {"support", "us-gov-", "support.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
    {"support", "", "support.us-east-1.amazonaws.com", "us-east-1"},
    {"waf", "", "waf.amazonaws.com", "us-east-1"},
};

auto without_slash(std::string url) -> std::string {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

auto aws_location(ServiceModel const& model, std::string_view region) -> ServiceLocation {
  for (auto const& global : kGlobalEndpoints)
    if (global.prefix == model.endpoint_prefix && region.starts_with(global.region_prefix))
      return {Kind::kAws, fmt::format("https://{}", global.host),
              std::string(global.signing_region)};
  return {Kind::kAws,
          fmt::format("https://{}.{}.{}", model.endpoint_prefix, region, dns_suffix(region)),
          std::string(region)};
}

auto locate_service(AwsConfiguration const& configuration, LocationQuestion const& question)
    -> Result<ServiceLocation, std::string> {
  auto const local = ServiceLocation{Kind::kLocal, {}, std::string(question.region)};
  auto const at = [&](std::string url) {
    return ServiceLocation{Kind::kEndpoint, without_slash(std::move(url)),
                           std::string(question.region)};
  };
  if (auto const set = configuration.services.find(question.id);
      set != configuration.services.end()) {
    if (set->second.place == ServicePlace::kUrl) return at(set->second.url);
    if (set->second.place == ServicePlace::kAws)
      return aws_location(question.model, question.region);
    if (question.is_local) return local;
    return std::unexpected(fmt::format("{}: treadle does not answer '{}' itself; {}",
                                       set->second.where, question.id,
                                       how_to_reach(question.id, question.model.service_id)));
  }
  auto const& urls = configuration.service_endpoint_urls;
  if (auto const url = urls.find(endpoint_key(question.model.service_id)); url != urls.end())
    return at(url->second);
  if (question.id == "sfn" && question.is_local) return local;
  if (!configuration.endpoint_url.empty()) return at(configuration.endpoint_url);
  if (question.is_local && !question.has_credentials) return local;
  return aws_location(question.model, question.region);
}

auto how_to_reach(std::string_view id, std::string_view service_id) -> std::string {
  return fmt::format(
      "set AWS_ENDPOINT_URL_{} or AWS_ENDPOINT_URL, write its URL as services: {{{}: URL}} into "
      "treadle.yaml, or configure credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
      "AWS_PROFILE) to call AWS",
      endpoint_key(service_id), id);
}

}  // namespace treadle::integrations::aws_sdk
