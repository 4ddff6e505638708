// What a Task calls: Resources that AWS does not take, services under a wrong name.
// Source: Step Functions Developer Guide, "Integrating services", "AWS SDK service integrations".
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/resource.h"
#include "treadle/lint/checks.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

// Names of services elsewhere, and what an AWS SDK integration calls them.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"cognitoidp", "cognitoidentityprovider"},
    {"elasticmapreduce", "emr"},
    {"events", "eventbridge"},
    {"logs", "cloudwatchlogs"},
    {"monitoring", "cloudwatch"},
    {"states", "sfn"},
    {"stepfunctions", "sfn"},
    {"systemsmanager", "ssm"},
    {"timestream", "timestreamwrite"},
};

// The name that an AWS SDK integration has for a service: without hyphens, and not that of its
// endpoint.
auto sdk_name(std::string_view service) -> std::string {
  std::string name(service);
  std::erase(name, '-');
  auto const* found =
      std::ranges::find(kOtherNames, name, [](auto const& row) { return row.first; });
  return found == std::ranges::end(kOtherNames) ? name : std::string(found->second);
}

void check_resource(Machine const& machine, StateIndex i, Report& report) {
  auto const& resource = machine.task(i)->resource;
  auto const place = machine.place(i).at("Resource");
  if (asl::parse_resource(resource.text).verdict == asl::ResourceVerdict::kLenient) {
    auto const is_call =
        !resource.history_resource.empty() && resource.text.find(":states:") != std::string::npos;
    report.add(
        Rule::kUnknownResource, i, place,
        is_call ? fmt::format("{} is no Task resource on AWS; the AWS SDK integration is "
                              "arn:aws:states:::aws-sdk:{}:{}",
                              resource.text, sdk_name(resource.service), resource.history_resource)
                : fmt::format("{} is no Task resource on AWS: it takes Lambda functions, "
                              "activities and arn:aws:states:::SERVICE:ACTION",
                              resource.text));
    return;
  }
  if (!resource.is_aws_sdk) return;
  if (auto const name = sdk_name(resource.service); name != resource.service)
    report.add(Rule::kUnknownService, i, place,
               fmt::format("The AWS SDK integrations have no service {}; write aws-sdk:{}",
                           resource.service, name));
}

// Without Parameters the whole input is the request.
void check_request(Machine const& machine, StateIndex i, Report& report) {
  auto const& resource = machine.task(i)->resource;
  auto const& place = machine.place(i);
  if (resource.kind != asl::ResourceKind::kService || place.find("Parameters") ||
      place.find("Arguments"))
    return;
  report.add(Rule::kInputAsRequest, i, place,
             fmt::format("{} has no {}: the state's input is the request of {}:{}, and the error "
                         "will name a member that is missing in it",
                         machine.state(i).name,
                         machine.state(i).language == asl::QueryLanguage::kJsonPath ? "Parameters"
                                                                                    : "Arguments",
                         resource.service, resource.action));
}

}  // namespace

void check_resources(Machine const& machine, Report& report) {
  for (std::uint32_t n = 0; n < machine.count(); ++n) {
    StateIndex const i(n);
    if (machine.task(i) == nullptr) continue;
    check_resource(machine, i, report);
    check_request(machine, i, report);
  }
}

}  // namespace treadle::lint
