#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/arn.h"
#include "treadle/base/error_names.h"
#include "treadle/base/hmac.h"
#include "treadle/base/random.h"
#include "treadle/base/time.h"
#include "treadle/integrations/jobs/nested.h"
#include "treadle/integrations/jobs/nested_calls.h"
#include "treadle/integrations/optimized/optimized_connector.h"
#include "treadle/integrations/service_task.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::jobs {
namespace {

using aws_sdk::CallProblem;

constexpr std::string_view kMembers[] = {"Input", "Name", "StateMachineArn", "TraceHeader"};

struct Start {
  std::string request;  // of the API's StartExecution
  std::string arn;      // that the execution will have
  bool is_named_by_us = false;
};

// The API takes the input as text.
auto input_text(json::Value const* input) -> std::string {
  if (input == nullptr || input->is_null()) return "{}";
  return input->is_string() ? std::string(input->as_string()) : json::print(*input);
}

auto read_start(TaskCall const& call) -> std::expected<Start, CallFailed> {
  json::Arena arena;
  auto const parsed = json::parse(arena, call.parameters);
  if (!parsed || !parsed->is_object())
    return std::unexpected(cannot_start(call, {"The parameters must be an object"}));
  for (auto const& member : parsed->members())
    if (std::ranges::find(kMembers, member.key) == std::ranges::end(kMembers))
      return std::unexpected(cannot_start(
          call, {fmt::format("The field '{}' is not supported by Step Functions", member.key)}));
  auto const* const machine = parsed->find("StateMachineArn");
  if (machine == nullptr || !machine->is_string())
    return std::unexpected(
        cannot_start(call, {"The field 'StateMachineArn' is required but was missing"}));
  auto const* const name = parsed->find("Name");
  bool const has_name = name != nullptr && name->is_string();
  auto const used = has_name ? std::string(name->as_string()) : nested_name(call.idempotency_key);
  std::vector<json::Member> request{
      {"StateMachineArn", *machine},
      {"Name", json::make_string(arena, used)},
      {"Input", json::make_string(arena, input_text(parsed->find("Input")))}};
  if (auto const* const trace = parsed->find("TraceHeader"))
    request.push_back({"TraceHeader", *trace});
  return Start{.request = json::print(json::make_object(arena, request)),
               .arn = nested_arn(machine->as_string(), used),
               .is_named_by_us = !has_name};
}

// {"ExecutionArn", SdkHttpMetadata, SdkResponseMetadata, "StartDate"}
auto start_output(aws_sdk::ServiceAnswer answer) -> CallResult {
  json::Arena arena;
  auto const parsed = json::parse(arena, answer.output);
  auto const* const arn = parsed ? parsed->find("ExecutionArn") : nullptr;
  auto const* const started = parsed ? parsed->find("StartDate") : nullptr;
  if (arn == nullptr || started == nullptr)
    return CallFailed{{std::string(errors::kTaskFailed), "StartExecution gave no execution."}};
  json::Member const shown[] = {{"ExecutionArn", *arn},
                                {"StartDate", as_epoch_milliseconds(arena, *started)}};
  answer.output = json::print(json::make_object(arena, shown));
  return CallSucceeded{optimized::output_with_metadata(answer)};
}

}  // namespace

auto nested_name(std::string_view idempotency_key) -> std::string {
  auto const digest = sha256(idempotency_key);
  auto const word = [&](std::size_t first) {
    std::uint64_t out = 0;
    for (std::size_t i = first; i < first + 8; ++i)
      out = out << 8U | static_cast<unsigned char>(digest[i]);
    return out;
  };
  return uuid_v4(word(0), word(8));
}

auto nested_arn(std::string_view state_machine_arn, std::string_view name) -> std::string {
  auto const arn = parse_states_arn(state_machine_arn);
  return arn ? execution_arn(arn->scope, {.machine = arn->name, .execution = name}) : "";
}

NestedStarts::NestedStarts(aws_sdk::ServiceCaller& caller) : caller_(caller) {}

void NestedStarts::invoke(TaskCall call, CallDone done) {
  auto start = read_start(call);
  if (!start) return done(std::move(start).error());
  auto request = states_call(call, "startExecution", std::move(start->request));
  auto const id = call.id;
  caller_.call(
      id, std::move(request),
      [this, call = std::move(call), start = *std::move(start),
       done = std::move(done)](aws_sdk::ServiceResult result) mutable {
        if (result) return done(start_output(*std::move(result)));
        auto const& problem = result.error();
        // Delivered before, and ended meanwhile: the name is nobody else's.
        bool const is_ours = start.is_named_by_us && problem.kind == CallProblem::Kind::kService &&
                             problem.error.code == "ExecutionAlreadyExists";
        if (!is_ours) return done(states_failure(call, problem));
        caller_.call(call.id, describe_call(call, start.arn),
                     [call, done = std::move(done)](aws_sdk::ServiceResult described) mutable {
                       if (!described) return done(states_failure(call, described.error()));
                       done(start_output(*std::move(described)));
                     });
      });
}

void NestedStarts::cancel(CallId id) { caller_.cancel(id); }

}  // namespace treadle::integrations::jobs
