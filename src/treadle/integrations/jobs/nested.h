// states:startExecution: executions that a task starts, waits for and stops.
//
// They run in this process unless the configuration names another server: the calls are the same.
// Source: Step Functions Developer Guide, "Manage AWS Step Functions executions"; recorded histories.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/integrations/aws_sdk/service_caller.h"
#include "treadle/integrations/connector.h"
#include "treadle/integrations/jobs/job_connector.h"

namespace treadle::integrations::jobs {

// Starts: StateMachineArn, Input (any JSON; absent or null: {}), Name (absent: derived from the
// idempotency key, so that a second delivery finds the execution of the first), TraceHeader.
class NestedStarts final : public Connector {
 public:
  explicit NestedStarts(aws_sdk::ServiceCaller& caller);  // outlives this
  void invoke(TaskCall call, CallDone done) override;
  void cancel(CallId id) override;

 private:
  aws_sdk::ServiceCaller& caller_;
};

// Tells when an execution of this process has ended (true; also where there is none), or that it has
// not after `wait`. Any thread; `done` once, on any thread.
using WaitForEnd = std::function<void(std::string execution_arn, Milliseconds wait,
                                      std::move_only_function<void(bool)> done)>;

// Asks an execution of this process to compensate: its way, or its end where it is no saga. `done` once
// with false if that has to be tried again. Any thread.
using AskToCompensate =
    std::function<void(std::string execution_arn, std::move_only_function<void(bool)> done)>;

// .sync shows Input and Output as text, .sync:2 as JSON. Executions of this process are waited for,
// those of another server are asked for.
[[nodiscard]] auto make_nested_job_service(aws_sdk::ServiceCaller& caller, WaitForEnd wait,
                                           AskToCompensate ask) -> std::shared_ptr<JobService>;

// The name of an execution whose start names none: a UUID, the same for the same key.
[[nodiscard]] auto nested_name(std::string_view idempotency_key) -> std::string;

// The ARN that an execution of that name of that machine (or version, or alias) has; empty where
// `state_machine_arn` is none.
[[nodiscard]] auto nested_arn(std::string_view state_machine_arn, std::string_view name)
    -> std::string;

}  // namespace treadle::integrations::jobs
