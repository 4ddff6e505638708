#include "treadle/runtime/calls.h"

#include "treadle/json/print.h"
#include "treadle/runtime/tokens.h"

namespace treadle::runtime {
namespace {

// "invoke.waitForTaskToken" has the action "invoke".
auto resource_of(record::TaskScheduled const& event) -> std::shared_ptr<asl::Resource const> {
  constexpr std::string_view kSdk = "aws-sdk:";
  auto r = std::make_shared<asl::Resource>();
  r->kind = event.kind;
  r->pattern = event.pattern;
  r->is_aws_sdk = event.is_aws_sdk;
  r->history_resource = event.resource;
  r->history_resource_type = event.resource_type;
  r->action = event.resource.substr(0, event.resource.find('.'));
  r->service = event.is_aws_sdk ? event.resource_type.substr(kSdk.size()) : event.resource_type;
  r->text = event.kind == asl::ResourceKind::kService
                ? "arn:aws:states:::" + r->history_resource_type + ":" + r->history_resource
                : std::string(event.resource);
  return r;
}

auto failed_command(record::HistoryId scheduled, integrations::CallFailed const& failed)
    -> record::Command {
  auto const how = failed.stage == integrations::CallStage::kStart
                       ? record::TaskFailure::kStartFailed
                       : record::TaskFailure::kFailed;
  return record::CallFailed{scheduled, how, failed.error};
}

}  // namespace

auto make_call(record::TaskScheduled const& event, record::HistoryId id,
               std::string_view parameters, CallContext const& context) -> integrations::TaskCall {
  TokenTarget const target{context.place, id, context.redrive_count};
  integrations::TaskCall call;
  call.id = {.execution = context.place.id, .history_id = id};
  call.resource = context.resource ? context.resource : resource_of(event);
  call.parameters = parameters;
  call.idempotency_key = make_idempotency_key(context.secret, target);
  if (event.pattern == asl::Pattern::kWaitForTaskToken)
    call.task_token = make_task_token(context.secret, target);
  call.region = event.region;
  call.role_arn = event.role_arn;
  call.is_input_as_it_is = event.is_input_as_it_is;
  call.account = context.account;
  call.execution_arn = context.execution_arn;
  call.trace_header = context.trace_header;
  if (event.timeout_seconds) call.timeout = std::chrono::seconds(*event.timeout_seconds);
  return call;
}

auto job_ended_command(record::HistoryId scheduled, integrations::CallResult const& result)
    -> record::Command {
  if (auto const* ok = std::get_if<integrations::CallSucceeded>(&result))
    return record::JobSucceeded{scheduled, ok->output};
  return record::JobFailed{scheduled, std::get<integrations::CallFailed>(result).error};
}

auto returned_command(record::HistoryId scheduled, integrations::CallResult const& result)
    -> record::Command {
  if (auto const* ok = std::get_if<integrations::CallSucceeded>(&result))
    return record::CallSucceeded{scheduled, ok->output};
  return failed_command(scheduled, std::get<integrations::CallFailed>(result));
}

auto answered_command(record::HistoryId scheduled, integrations::Answer const& answer)
    -> record::Command {
  if (auto const* const value = std::get_if<json::Value>(&answer))
    return record::CallSucceeded{.scheduled = scheduled, .output = {}, .value = *value};
  return failed_command(scheduled, std::get<integrations::CallFailed>(answer));
}

auto kept_result(integrations::Answer answer) -> integrations::CallResult {
  if (auto const* const value = std::get_if<json::Value>(&answer))
    return integrations::CallSucceeded{json::print(*value)};
  return std::move(std::get<integrations::CallFailed>(answer));
}

}  // namespace treadle::runtime
