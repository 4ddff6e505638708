// How long an execution takes, against how long it may.
// Source: Step Functions Developer Guide, "Quotas"; Amazon States Language, "Timeouts".
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "treadle/lint/checks.h"
#include "treadle/lint/durations.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

constexpr double kExpressSeconds = 300;

// How long an execution may take, and who says so.
struct Limit {
  double seconds = 0;  // 0: none that matters
  std::string text;
};

auto limit_of(Machine const& machine) -> Limit {
  auto const is_express =
      machine.type(machine.definition().regions.front().start) == asl::MachineType::kExpress;
  auto const timeout = machine.definition().timeout_seconds;
  if (timeout && (!is_express || static_cast<double>(*timeout) < kExpressSeconds))
    return {static_cast<double>(*timeout), fmt::format("its TimeoutSeconds, {}", *timeout)};
  if (is_express) return {kExpressSeconds, "the five minutes of an Express execution"};
  return {};
}

// A million seconds is nothing that one adds up by hand.
auto seconds_text(double seconds) -> std::string {
  constexpr double kDay = 86'400;
  return seconds < 100 * kDay ? fmt::format("{:.0f} s", seconds)
                              : fmt::format("more than {:.0f} days", seconds / kDay - 1);
}

void check_whole(Machine const& machine, Limit const& limit, Report& report) {
  if (limit.seconds == 0) return;
  auto const total = region_durations(machine).front();
  auto const place = machine.root().at("TimeoutSeconds");
  if (total.least > limit.seconds)
    report.add(Rule::kEndsInTimeout, place,
               fmt::format("Every execution waits for {} or more, which is longer than {}",
                           seconds_text(total.least), limit.text));
  else if (total.most > limit.seconds)
    report.add(Rule::kMayEndInTimeout, place,
               fmt::format("Waits, time-outs and retries can take {} on one way, which is longer "
                           "than {}",
                           seconds_text(total.most), limit.text));
}

auto has_any(Place const& place, std::initializer_list<std::string_view> names) -> bool {
  return std::ranges::any_of(names,
                             [&](std::string_view name) { return place.find(name).has_value(); });
}

// A callback, an activity: what somebody else must answer.
auto is_answered_by_others(asl::Task const& task) -> bool {
  return task.resource.pattern == asl::Pattern::kWaitForTaskToken ||
         task.resource.kind == asl::ResourceKind::kActivity;
}

void check_task(Machine const& machine, Limit const& limit, StateIndex i, Report& report) {
  auto const& name = machine.state(i).name;
  auto const& task = *machine.task(i);
  auto const& place = machine.place(i);
  auto const timeout = place.number("TimeoutSeconds");
  if (timeout && limit.seconds != 0 && *timeout >= limit.seconds)
    report.add(Rule::kTimeoutNeverReached, i, place.at("TimeoutSeconds"),
               fmt::format("{} can't time out: its TimeoutSeconds, {:.0f}, are not less than {}",
                           name, *timeout, limit.text));
  if (limit.seconds != 0 || has_any(place, {"TimeoutSeconds", "TimeoutSecondsPath"})) return;
  if (!is_answered_by_others(task))
    report.add(Rule::kTaskWithoutTimeout, i, place,
               fmt::format("{} has no TimeoutSeconds: it may take as long as it likes", name));
  else if (!has_any(place, {"HeartbeatSeconds", "HeartbeatSecondsPath"}))
    report.add(Rule::kCallbackWithoutTimeout, i, place,
               fmt::format("{} has neither TimeoutSeconds nor HeartbeatSeconds: if nobody answers, "
                           "it waits for ever",
                           name));
}

void check_wait(Limit const& limit, Machine const& machine, StateIndex i, Report& report) {
  auto const& place = machine.place(i);
  auto const seconds = place.number("Seconds");
  if (seconds && limit.seconds != 0 && *seconds >= limit.seconds)
    report.add(Rule::kEndsInTimeout, i, place.at("Seconds"),
               fmt::format("{} waits for {}, which is not less than {}", machine.state(i).name,
                           seconds_text(*seconds), limit.text));
}

}  // namespace

void check_durations(Machine const& machine, Report& report) {
  auto const limit = limit_of(machine);
  check_whole(machine, limit, report);
  for (std::uint32_t n = 0; n < machine.count(); ++n) {
    StateIndex const i(n);
    // An execution of its own, with its own limit.
    auto const own = machine.type(i) == asl::MachineType::kExpress && limit.seconds == 0
                         ? Limit{kExpressSeconds, "the five minutes of an Express execution"}
                         : limit;
    if (machine.task(i) != nullptr) check_task(machine, own, i, report);
    if (machine.state(i).type == asl::StateType::kWait) check_wait(own, machine, i, report);
  }
}

}  // namespace treadle::lint
