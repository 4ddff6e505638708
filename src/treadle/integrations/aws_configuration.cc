#include "treadle/integrations/aws_configuration.h"

#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace treadle::integrations {
namespace {

constexpr std::string_view kEndpointPrefix = "AWS_ENDPOINT_URL_";

auto value_of(Environment const& environment, std::string_view name) -> std::string {
  auto const found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

auto is_unreserved(char c) -> bool {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

auto process_environment() -> Environment {
  Environment environment;
  for (auto at = environ; at != nullptr && *at != nullptr; ++at) {
    std::string_view const entry = *at;
    auto const equals = entry.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

auto read_aws_configuration(Environment const& environment) -> AwsConfiguration {
  AwsConfiguration configuration;
  for (auto const* name : {"AWS_DEFAULT_REGION", "AWS_REGION"})
    if (auto region = value_of(environment, name); !region.empty())
      configuration.region = std::move(region);
  configuration.endpoint_url = value_of(environment, "AWS_ENDPOINT_URL");
  for (auto const& [name, value] : environment)
    if (name.starts_with(kEndpointPrefix) && !value.empty())
      configuration.service_endpoint_urls.emplace(name.substr(kEndpointPrefix.size()), value);
  net::Credentials credentials{value_of(environment, "AWS_ACCESS_KEY_ID"),
                               value_of(environment, "AWS_SECRET_ACCESS_KEY"),
                               value_of(environment, "AWS_SESSION_TOKEN")};
  if (!credentials.access_key_id.empty() && !credentials.secret_access_key.empty())
    configuration.credentials = std::move(credentials);
  return configuration;
}

auto service_endpoint(AwsConfiguration const& configuration, std::string_view key,
                      std::string_view prefix, std::string_view region) -> ServiceEndpoint {
  auto const setting = configuration.services.find(prefix);
  bool const is_set = setting != configuration.services.end();
  auto url = is_set ? setting->second.url : value_of(configuration.service_endpoint_urls, key);
  if (url.empty() && !is_set) url = configuration.endpoint_url;
  if (url.empty())
    return {fmt::format("https://{}.{}.{}", prefix, region, dns_suffix(region)),
            configuration.credentials};
  while (url.ends_with('/')) url.pop_back();
  return {std::move(url), configuration.credentials.value_or(net::Credentials{"test", "test", ""})};
}

auto dns_suffix(std::string_view region) -> std::string_view {
  constexpr std::pair<std::string_view, std::string_view> kSuffixes[] = {
      {"cn-", "amazonaws.com.cn"},    {"us-iso-", "c2s.ic.gov"},      {"us-isob-", "sc2s.sgov.gov"},
      {"us-isof-", "csp.hci.ic.gov"}, {"eu-isoe-", "cloud.adc-e.uk"}, {"eusc-", "amazonaws.eu"},
  };
  for (auto const& [prefix, suffix] : kSuffixes)
    if (region.starts_with(prefix)) return suffix;
  return "amazonaws.com";
}

auto endpoint_key(std::string_view service_id) -> std::string {
  std::string key;
  for (char const c : service_id) {
    bool const is_lower = c >= 'a' && c <= 'z';
    key += c == ' ' || c == '-' ? '_' : is_lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return key;
}

auto authority_of(std::string_view url) -> std::string_view {
  auto const scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  url.remove_prefix(scheme_end + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

auto percent_encode(std::string_view text) -> std::string {
  std::string out;
  for (char const c : text) {
    if (is_unreserved(c))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace treadle::integrations
