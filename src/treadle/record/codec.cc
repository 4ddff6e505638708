#include "treadle/record/codec.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "treadle/record/bytes.h"
#include "treadle/record/shared_fields.h"

namespace treadle::record {

template <>
inline constexpr std::uint64_t kLastOf<TaskFailure> =
    std::to_underlying(TaskFailure::kSubmitFailed);
template <>
inline constexpr std::uint64_t kLastOf<Ending> = std::to_underlying(Ending::kTimedOut);
template <>
inline constexpr std::uint64_t kLastOf<asl::StateType> = std::to_underlying(asl::StateType::kMap);

// The fields of every fact, in the order of their bytes. Released versions never change.

static auto tie(Disarm& v) {
  return std::tie(v.timer, v.heartbeat, v.task, v.call_open, v.activity_offered, v.token_open,
                  v.job_open, v.stop_job);
}
static auto tie(Assignment& v) { return std::tie(v.name, v.value); }
static auto tie(Branch& v) { return std::tie(v.region, v.start); }
static auto tie(TaskRef& v) { return std::tie(v.scheduled, v.kind, v.resource, v.resource_type); }
static auto tie(ExecutionStarted& v) {
  return std::tie(v.execution_arn, v.name, v.state_machine_arn, v.state_machine_name, v.revision,
                  v.role_arn, v.trace_header, v.input, v.start, v.timeout_due, v.version_arn,
                  v.alias_arn, v.revision_id, v.revised_at);
}
static auto tie(StateEntered& v) { return std::tie(v.scope, v.state, v.type, v.name, v.input); }
static auto tie(StateExited& v) {
  return std::tie(v.scope, v.state, v.type, v.name, v.output, v.next, v.assignments);
}
static auto tie(WaitStarted& v) { return std::tie(v.scope, v.timer); }
static auto tie(TimerFired& v) { return std::tie(v.scope, v.timer); }
static auto tie(TaskScheduled& v) {
  return std::tie(v.scope, v.kind, v.pattern, v.is_aws_sdk, v.resource, v.resource_type, v.region,
                  v.parameters, v.attempt, v.timeout_seconds, v.heartbeat_seconds, v.timeout,
                  v.heartbeat, v.role_arn, v.is_input_as_it_is);
}
static auto tie(TaskStarted& v) { return std::tie(v.scope, v.task, v.worker); }
static auto tie(TaskSubmitted& v) { return std::tie(v.scope, v.task, v.output, v.has_job); }
static auto tie(TaskSucceeded& v) { return std::tie(v.scope, v.task, v.output, v.disarm); }
static auto tie(TaskFailed& v) {
  return std::tie(v.scope, v.task, v.how, v.error, v.cause, v.disarm);
}
static auto tie(RetryScheduled& v) { return std::tie(v.scope, v.retrier, v.delay, v.timer); }
static auto tie(ErrorCaught& v) { return std::tie(v.scope, v.catcher); }
static auto tie(ParallelStarted& v) {
  return std::tie(v.scope, v.first_child, v.branches, v.input);
}
static auto tie(BranchSucceeded& v) { return std::tie(v.scope, v.output); }
static auto tie(BranchFailed& v) { return std::tie(v.scope); }
static auto tie(ParallelSucceeded& v) { return std::tie(v.scope); }
static auto tie(MapStarted& v) {
  return std::tie(v.scope, v.length, v.items, v.input, v.concurrency_max);
}
static auto tie(IterationStarted& v) {
  return std::tie(v.scope, v.map, v.index, v.name, v.region, v.start, v.input);
}
static auto tie(IterationSucceeded& v) { return std::tie(v.scope, v.index, v.name, v.output); }
static auto tie(IterationFailed& v) { return std::tie(v.scope, v.index, v.name); }
static auto tie(MapSucceeded& v) { return std::tie(v.scope); }
static auto tie(ContainerFailed& v) { return std::tie(v.scope, v.type); }
static auto tie(ScopeAborted& v) { return std::tie(v.scope, v.type, v.disarm); }
static auto tie(IterationAborted& v) { return std::tie(v.index, v.name); }
static auto tie(ExecutionSucceeded& v) { return std::tie(v.output, v.timer); }
static auto tie(ExecutionEnded& v) { return std::tie(v.how, v.error, v.cause, v.timer); }
static auto tie(Yielded&) { return std::tie(); }
static auto tie(Resumed&) { return std::tie(); }
static auto tie(EvaluationFailed& v) {
  return std::tie(v.scope, v.state, v.location, v.error, v.cause);
}
static auto tie(ExecutionRedriven& v) {
  return std::tie(v.redrive_count, v.timeout_due, v.client_token);
}
static auto tie(JobStopped& v) { return std::tie(v.scheduled); }
static auto tie(DeadlineSet& v) { return std::tie(v.timer); }
static auto tie(DeadlineLifted& v) { return std::tie(v.timer); }
static auto tie(CompensationRequested& v) { return std::tie(v.cause); }
static auto tie(CompensationBegan&) { return std::tie(); }
static auto tie(ChildAsked& v) { return std::tie(v.scheduled); }

namespace {

// Makes an empty fact by its number in the variant, which is also its number on disk.
template <std::size_t... I>
constexpr auto makers(std::index_sequence<I...>) {
  return std::array<Fact (*)(), sizeof...(I)>{[] { return Fact(std::in_place_index<I>); }...};
}
constexpr auto kMakeFact = makers(std::make_index_sequence<std::variant_size_v<Fact>>());

// Wraps, so that times of damaged rows are as harmless as their other numbers.
auto milliseconds(Timestamp t) -> std::uint64_t {
  return static_cast<std::uint64_t>(t.time_since_epoch().count());
}

void write(ByteWriter& out, JournalEvent const& event, Timestamp base) {
  out.number(event.fact.index());
  out.number(event.first_history_id);
  out.number(event.previous_history_id);
  out.number(event.history_count);
  out.number(milliseconds(event.timestamp) - milliseconds(base));
  std::visit(
      [&](auto const& fact) {
        std::apply([&](auto const&... field) { (out.put(field), ...); },
                   tie(const_cast<std::remove_cvref_t<decltype(fact)>&>(fact)));
      },
      event.fact);
}

auto read(ByteReader& in, Timestamp base) -> JournalEvent {
  JournalEvent event;
  auto const kind = in.number();
  in.get(event.first_history_id);
  in.get(event.previous_history_id);
  in.get(event.history_count);
  auto const at = milliseconds(base) + in.number();
  event.timestamp = Timestamp{Milliseconds{static_cast<std::int64_t>(at)}};
  if (kind >= kMakeFact.size()) {
    in.fail();
    return event;
  }
  event.fact = kMakeFact[kind]();
  std::visit(
      [&](auto& fact) { std::apply([&](auto&... field) { (in.get(field), ...); }, tie(fact)); },
      event.fact);
  return event;
}

}  // namespace

auto release_that_reads(std::uint64_t version) -> std::string_view {
  return version <= kJournalVersion ? "0.1.0" : "a later one";
}

auto encode(std::span<JournalEvent const> events) -> std::string {
  std::string out;
  encode_onto(out, events);
  return out;
}

void encode_onto(std::string& bytes, std::span<JournalEvent const> events) {
  ByteWriter out(std::move(bytes));
  out.number(kJournalVersion);
  out.number(events.size());
  auto const base = events.empty() ? Timestamp{} : events.front().timestamp;
  out.put(base);
  for (auto const& event : events) write(out, event, base);
  bytes = out.take();
}

auto decode(std::string_view row, json::Arena& arena, std::vector<JournalEvent>& out)
    -> Result<void, std::string> {
  ByteReader in(row, arena);
  auto const version = in.number();
  if (version == 0 || !in.ok())
    return std::unexpected(std::string("a journal row is damaged at byte 0"));
  if (version > kJournalVersion)
    return std::unexpected(
        fmt::format("a journal row of version {}: this treadle reads version {}; {} reads it",
                    version, kJournalVersion, release_that_reads(version)));
  auto const count = in.number();
  Timestamp base;
  in.get(base);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    auto const begin = in.at();
    auto event = read(in, base);
    if (!in.ok())
      return std::unexpected(
          fmt::format("a journal row is damaged in the event at byte {}", begin));
    out.push_back(event);
  }
  if (!in.ok() || !in.at_end())
    return std::unexpected(fmt::format("a journal row is damaged at byte {}", in.at()));
  return {};
}

}  // namespace treadle::record
