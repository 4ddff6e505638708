// What all partitions of an engine share.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/asl/way_back.h"
#include "treadle/base/clock.h"
#include "treadle/base/limits.h"
#include "treadle/integrations/connector.h"
#include "treadle/runtime/calls_under_way.h"
#include "treadle/runtime/definition_cache.h"
#include "treadle/runtime/history_sink.h"
#include "treadle/runtime/router.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

class ActivityBoard;
class SlowLane;

// An execution has started, was redriven, or has ended; that is on disk.
using StatusChange = ExecutionDescription;

// A task begins to wait for its token. Views last for the call.
struct WaitBegins {
  std::string_view state_machine_arn;
  std::string_view state_name;
  std::string_view resource_type;  // "lambda"
  std::string_view resource;       // "invoke.waitForTaskToken"
};

// Somebody who attends to waits. Both are called on the loop of any partition and must be quick.
struct WaitHooks {
  // Whether it is to be told of this wait: then its rows come into the agenda (wait_rows.h).
  std::function<bool(WaitBegins const&)> attends = {};
  // A row that is due at that time was put into the agenda and is committed. Empty: nobody attends
  // to the agenda, and nothing is put there.
  std::function<void(Timestamp due)> on_agenda = {};
};

struct EngineOptions {
  std::string region = "us-east-1";
  std::string account = "123456789012";
  double time_scale = 1.0;
  std::uint32_t history_events_max = limits::kHistoryEvents;
  std::size_t live_per_partition_max = 4;  // executions kept in memory while they wait
  std::uint32_t snapshot_rows = 256;       // a snapshot with every so many journal rows
  double pressure_max = 0.8;  // of the commit queue: beyond, StartExecution is throttled
  // One decision on an event loop; longer ones are made in the slow lane.
  std::chrono::milliseconds turn_most{10};
  // Told of every change of status, on the execution's loop; must not block. Empty: nobody is. What
  // a crash leaves untold is never told.
  std::function<void(StatusChange&&)> on_status_change = {};
  // Who reads what executions did; and how one logs whose settings are not in memory, because it
  // waited or the process was restarted. Null and empty together.
  JournalSink* journal_sink = nullptr;
  std::function<LogSettings(EntityId machine, interpreter::ExecutionState const&)> log_settings =
      {};
  WaitHooks waits = {};
  // What is known of the machine's compensations, for executions that are asked for them. Null: they
  // are no sagas. Empty: there are none here.
  std::function<std::shared_ptr<asl::WayBack const>(EntityId machine, std::string_view machine_arn,
                                                    asl::DefinitionPtr const& definition)>
      way_back = {};
};

// All outlive the partitions. `invoke` and `cancel` are the connectors' (registry.h).
struct EngineParts {
  store::Store& store;
  Clock const& clock;
  integrations::Connector& connector;
  DefinitionCache& definitions;
  ActivityBoard& activities;
  CallsUnderWay& calls;
  SlowLane& slow_lane;
  EngineOptions options;
  // A write failed or a row can't be read: nothing more may be acknowledged. Ends
  // the process; any thread.
  std::function<void(std::string const& why)> fail_stop;
};

}  // namespace treadle::runtime
