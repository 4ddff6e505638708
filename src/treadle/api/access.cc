#include "treadle/api/access.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/arn.h"

namespace treadle::api {
namespace {

constexpr std::string_view kAnyResource = "*";

auto covers(std::string_view pattern, std::string_view operation) -> bool {
  if (pattern.ends_with('*')) return operation.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == operation;
}

auto names_resource(std::string_view parameter) -> bool {
  return parameter.ends_with("Arn") && parameter != "roleArn";  // a role is handed over
}

void add_routes(json::Value routes, std::vector<std::string>& arns) {
  for (auto const& route : routes.elements())
    if (route.is_object())
      if (auto const arn = text_of(route, "stateMachineVersionArn")) arns.emplace_back(*arn);
}

// The ARNs that a request acts upon. Members that the operation does not have say nothing.
auto resources_of(Services const& services, Attempt const& attempt) -> std::vector<std::string> {
  std::vector<std::string> arns;
  for (auto const& p : attempt.operation.parameters) {
    auto const* const value = member_of(attempt.request, p.name);
    if (value == nullptr) continue;
    if (names_resource(p.name)) arns.emplace_back(value->as_string());
    if (p.name == "routingConfiguration") add_routes(*value, arns);
  }
  ArnScope const scope{.region = services.region, .account = services.account};
  auto const name = text_of(attempt.request, "name");
  if (name && attempt.operation.name == "CreateStateMachine")
    arns.push_back(state_machine_arn(scope, *name));
  if (name && attempt.operation.name == "CreateActivity")
    arns.push_back(activity_arn(scope, *name));
  return arns;
}

auto denied(net::AccessKey const& key, Attempt const& attempt, std::string_view resource)
    -> ApiError {
  return {"AccessDeniedException",
          fmt::format("Access key {} is not authorized to perform: states:{} on resource: {}",
                      key.id, attempt.operation.name, resource)};
}

auto is_form(net::Request const& request) -> bool {
  return request.headers.find("content-type")
             .value_or("")
             .starts_with("application/x-www-form-urlencoded") &&
         !request.headers.find("x-amz-target");
}

}  // namespace

AccessKeys::AccessKeys(std::vector<net::AccessKey> const& keys, std::string_view region)
    : states_(keys, {.region = std::string(region), .service = "states"}),
      sts_(keys, {.region = std::string(region), .service = "sts"}) {
  for (std::string_view const service : {"states", "s3", "sqs", "sns", "events", "timestream"})
    others_.emplace(service, net::SignatureVerifier(keys, {.region = std::string(region),
                                                           .service = std::string(service)}));
}

auto AccessKeys::authenticate(net::Request const& request, Timestamp now) const
    -> std::expected<net::AccessKey const*, ApiError> {
  auto const key = (is_form(request) ? sts_ : states_).verify(request, now);
  if (key) return *key;
  auto const& error = key.error();
  return std::unexpected(ApiError{std::string(error.type), error.message, error.status});
}

auto AccessKeys::authenticate_head(net::Request const& head, Timestamp now) const
    -> std::expected<net::AccessKey const*, ApiError> {
  auto const key = states_.verify_head(head, now);
  if (key) return *key;
  auto const& error = key.error();
  return std::unexpected(ApiError{std::string(error.type), error.message, error.status});
}

auto AccessKeys::authenticate_for(std::string_view service, net::Request const& request,
                                  Timestamp now) const
    -> std::expected<net::AccessKey const*, ApiError> {
  auto const verifier = others_.find(service);
  if (verifier == others_.end())
    return std::unexpected(ApiError{"AccessDeniedException", "There is no such service.", 403});
  auto const key = verifier->second.verify(request, now);
  if (key) return *key;
  auto const& error = key.error();
  return std::unexpected(ApiError{std::string(error.type), error.message, error.status});
}

auto check_rights(net::AccessKey const& key, Services const& services, Attempt const& attempt)
    -> std::optional<ApiError> {
  auto const may_act =
      key.actions.empty() || std::ranges::any_of(key.actions, [&](auto const& pattern) {
        return covers(pattern, attempt.operation.name);
      });
  auto const arns = resources_of(services, attempt);
  if (!may_act) return denied(key, attempt, arns.empty() ? kAnyResource : arns.front());
  if (key.resources.empty() || attempt.operation.name.starts_with("SendTask")) return std::nullopt;
  if (arns.empty()) return denied(key, attempt, kAnyResource);
  auto const is_covered = [&](std::string const& arn) {
    return std::ranges::any_of(key.resources,
                               [&](auto const& prefix) { return arn.starts_with(prefix); });
  };
  auto const outside = std::ranges::find_if_not(arns, is_covered);
  return outside == arns.end() ? std::nullopt : std::optional(denied(key, attempt, *outside));
}

}  // namespace treadle::api
