#include "treadle/integrations/registry.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/integration_catalogue.h"
#include "treadle/base/error_names.h"

namespace treadle::integrations {
namespace {

auto service_name(asl::Resource const& resource) -> std::string {
  return resource.is_aws_sdk ? "aws-sdk:" + resource.service : resource.service;
}

auto unknown(asl::Resource const& resource) -> CallFailed {
  return {Error{std::string(errors::kRuntime),
                fmt::format("treadle has no connector for the resource '{}'.", resource.text)},
          CallStage::kStart};
}

}  // namespace

void Registry::add_lambda_functions(std::shared_ptr<Connector> connector) {
  lambda_functions_ = std::move(connector);
}

void Registry::add_service(std::string service, std::string action,
                           std::shared_ptr<Connector> connector) {
  services_.insert_or_assign(std::move(service) + ":" + std::move(action), std::move(connector));
}

void Registry::add_aws_sdk(std::shared_ptr<Connector> connector) {
  aws_sdk_ = std::move(connector);
}

auto Registry::find(asl::Resource const& resource) const -> Connector* {
  switch (resource.kind) {
    case asl::ResourceKind::kLambdaFunction: return lambda_functions_.get();
    case asl::ResourceKind::kActivity: return nullptr;
    case asl::ResourceKind::kService: break;
  }
  auto const service = service_name(resource) + ":";
  auto found = services_.find(service + resource.action);
  if (found == services_.end()) found = services_.find(service);
  if (found != services_.end()) return found->second.get();
  bool const is_sdk_call = resource.is_aws_sdk || !asl::is_optimized_service(resource.service);
  return is_sdk_call ? aws_sdk_.get() : nullptr;
}

void Registry::invoke(TaskCall call, CallDone done) {
  if (auto* connector = find(*call.resource))
    return connector->invoke(std::move(call), std::move(done));
  done(unknown(*call.resource));
}

auto Registry::answer(CallView const& call) -> std::optional<Answer> {
  auto* const connector = find(call.resource);
  return connector == nullptr ? std::nullopt : connector->answer(call);
}

void Registry::await_job(TaskCall call, CallDone done) {
  if (auto* connector = find(*call.resource))
    return connector->await_job(std::move(call), std::move(done));
  done(unknown(*call.resource));
}

void Registry::compensate_job(TaskCall call) {
  if (auto* connector = find(*call.resource)) connector->compensate_job(std::move(call));
}

void Registry::stop_job(TaskCall call, CallDone done) {
  if (auto* connector = find(*call.resource))
    return connector->stop_job(std::move(call), std::move(done));
  done(unknown(*call.resource));
}

void Registry::cancel(CallId id) {
  std::set<Connector*> connectors{lambda_functions_.get(), aws_sdk_.get()};
  for (auto const& [name, connector] : services_) connectors.insert(connector.get());
  for (auto* connector : connectors)
    if (connector != nullptr) connector->cancel(id);
}

}  // namespace treadle::integrations
