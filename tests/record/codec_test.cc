// The journal codec: every fact comes back as it was; damaged rows are refused or harmless.

#include "treadle/record/codec.h"

#include <gtest/gtest.h>

namespace treadle::record {
namespace {

constexpr Timer kTimer{Timestamp{Milliseconds{1'700'000'005'000}}, 7, TimerKind::kRetry};
constexpr Disarm kDisarm{.timer = kTimer,
                         .heartbeat = Timer{Timestamp{Milliseconds{1}}, 8, TimerKind::kHeartbeat},
                         .task = 7,
                         .call_open = true,
                         .activity_offered = true,
                         .token_open = true};
constexpr TaskRef kTask{7, asl::ResourceKind::kService, "invoke", "lambda"};
constexpr Assignment kAssignments[] = {{"x", PayloadId{3}}, {"", PayloadId{4}}};
constexpr Branch kBranches[] = {{asl::RegionIndex{1}, asl::StateIndex{2}},
                                {asl::RegionIndex{3}, asl::StateIndex{4}}};
constexpr ScopeId kScope{2};
constexpr PayloadId kPayload{300};
constexpr asl::StateIndex kState{5};

struct Case {
  char const* name;
  Fact fact;
};

// Each fact with all of its fields set; those with optional fields also without them.
Case const kFacts[] = {
    {"ExecutionStarted",
     ExecutionStarted{"arn:e", "e", "arn:m", "m", "rev", "arn:r", "trace", kPayload, kState,
                      kTimer.due, "arn:m:1", "arn:m:a", "revision", kTimer.due}},
    {"ExecutionStarted_plain", ExecutionStarted{}},
    {"StateEntered", StateEntered{kScope, kState, asl::StateType::kMap, "S", kPayload}},
    {"StateExited",
     StateExited{kScope, kState, asl::StateType::kWait, "S", kPayload, kState, kAssignments}},
    {"StateExited_last", StateExited{}},
    {"WaitStarted", WaitStarted{kScope, kTimer}},
    {"TimerFired", TimerFired{kScope, kTimer}},
    {"TaskScheduled", TaskScheduled{kScope, asl::ResourceKind::kActivity,
                                    asl::Pattern::kWaitForTaskToken, true, "invoke", "aws-sdk:x",
                                    "us-east-1", kPayload, 3, 99'999'999, 30, kTimer, kTimer}},
    {"TaskScheduled_plain", TaskScheduled{}},
    {"TaskStarted", TaskStarted{kScope, kTask, "worker"}},
    {"TaskSubmitted", TaskSubmitted{kScope, kTask, kPayload, true}},
    {"JobStopped", JobStopped{7}},
    {"DeadlineSet", DeadlineSet{kTimer}},
    {"DeadlineLifted", DeadlineLifted{kTimer}},
    {"CompensationRequested", CompensationRequested{"enough"}},
    {"CompensationBegan", CompensationBegan{}},
    {"ChildAsked", ChildAsked{7}},
    {"TaskSucceeded", TaskSucceeded{kScope, kTask, kPayload, kDisarm}},
    {"TaskFailed", TaskFailed{kScope, kTask, TaskFailure::kSubmitFailed, "E",
                              std::string_view("c\0\xff", 3), kDisarm}},
    {"TaskFailed_silent", TaskFailed{}},
    {"RetryScheduled", RetryScheduled{kScope, 1, Milliseconds{1'500}, kTimer}},
    {"ErrorCaught", ErrorCaught{kScope, 2}},
    {"ParallelStarted", ParallelStarted{kScope, ScopeId{9}, kBranches, kPayload}},
    {"BranchSucceeded", BranchSucceeded{kScope, kPayload}},
    {"BranchFailed", BranchFailed{kScope}},
    {"ParallelSucceeded", ParallelSucceeded{kScope}},
    {"MapStarted", MapStarted{kScope, 10'000, kPayload, kPayload, 40}},
    {"IterationStarted",
     IterationStarted{ScopeId{9}, kScope, 4, "M", asl::RegionIndex{1}, kState, kPayload}},
    {"IterationSucceeded", IterationSucceeded{kScope, 4, "M", kPayload}},
    {"IterationFailed", IterationFailed{kScope, 4, "M"}},
    {"MapSucceeded", MapSucceeded{kScope}},
    {"ContainerFailed", ContainerFailed{kScope, asl::StateType::kMap}},
    {"ScopeAborted", ScopeAborted{kScope, asl::StateType::kTask, kDisarm}},
    {"ScopeAborted_silent", ScopeAborted{}},
    {"IterationAborted", IterationAborted{4, "M"}},
    {"ExecutionSucceeded", ExecutionSucceeded{kPayload, kTimer}},
    {"ExecutionEnded", ExecutionEnded{Ending::kTimedOut, "E", "c", kTimer}},
    {"ExecutionEnded_plain", ExecutionEnded{}},
    {"Yielded", Yielded{}},
    {"Resumed", Resumed{}},
    {"EvaluationFailed", EvaluationFailed{kScope, "S", "Output/x", "E", "c"}},
    {"ExecutionRedriven", ExecutionRedriven{2, Timestamp{Milliseconds{5}}, "token"}},
};

auto event_of(Fact const& fact) -> JournalEvent {
  return {.first_history_id = 24'999,
          .previous_history_id = 24'998,
          .history_count = 1,
          .timestamp = Timestamp{Milliseconds{1'700'000'000'123}},
          .fact = fact};
}

// Equal in every field: the fact says which (a text in it views other memory after decoding).
auto shows_same(JournalEvent const& a, JournalEvent const& b) -> bool {
  return a.first_history_id == b.first_history_id &&
         a.previous_history_id == b.previous_history_id && a.history_count == b.history_count &&
         a.timestamp == b.timestamp && a.fact.index() == b.fact.index() &&
         encode(std::span(&a, 1)) == encode(std::span(&b, 1));
}

auto all_events() -> std::vector<JournalEvent> {
  std::vector<JournalEvent> events;
  for (auto const& c : kFacts) {
    events.push_back(event_of(c.fact));
    events.back().timestamp += Milliseconds{static_cast<std::int64_t>(events.size())};
  }
  return events;
}

TEST(Codec, EveryFactHasACase) {
  std::vector<bool> seen(std::variant_size_v<Fact>);
  for (auto const& c : kFacts) seen[c.fact.index()] = true;
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_TRUE(seen[i]) << "fact " << i;
}

TEST(Codec, FactsComeBack) {
  for (auto const& c : kFacts) {
    SCOPED_TRACE(c.name);
    auto const event = event_of(c.fact);
    auto const row = encode(std::span(&event, 1));
    json::Arena arena;
    std::vector<JournalEvent> back;
    auto const ok = decode(row, arena, back);
    ASSERT_TRUE(ok) << ok.error();
    ASSERT_EQ(back.size(), 1U);
    EXPECT_TRUE(shows_same(back[0], event));
  }
}

// The codec's own symmetry can't hide a field that neither side has: look at the values.
TEST(Codec, FieldsComeBack) {
  auto const events = all_events();
  auto const row = encode(events);
  json::Arena arena;
  std::vector<JournalEvent> back;
  ASSERT_TRUE(decode(row, arena, back));
  auto const fact = [&]<typename T>(std::type_identity<T>) -> T const& {
    for (auto const& e : back)
      if (auto const* found = std::get_if<T>(&e.fact)) return *found;
    ADD_FAILURE();
    return std::get<T>(back.front().fact);
  };
  auto const& started = fact(std::type_identity<ExecutionStarted>{});
  EXPECT_EQ(started.trace_header, "trace");
  EXPECT_EQ(started.start, kState);
  EXPECT_EQ(started.timeout_due, kTimer.due);
  auto const& exited = fact(std::type_identity<StateExited>{});
  ASSERT_EQ(exited.assignments.size(), 2U);
  EXPECT_EQ(exited.assignments[0].name, "x");
  EXPECT_EQ(exited.assignments[1].value, PayloadId{4});
  EXPECT_EQ(exited.next, kState);
  auto const& scheduled = fact(std::type_identity<TaskScheduled>{});
  EXPECT_EQ(scheduled.kind, asl::ResourceKind::kActivity);
  EXPECT_EQ(scheduled.pattern, asl::Pattern::kWaitForTaskToken);
  EXPECT_TRUE(scheduled.is_aws_sdk);
  EXPECT_EQ(scheduled.attempt, 3U);
  EXPECT_EQ(scheduled.timeout_seconds, 99'999'999U);
  EXPECT_EQ(scheduled.heartbeat_seconds, 30U);
  EXPECT_EQ(scheduled.heartbeat, kTimer);
  auto const& failed = fact(std::type_identity<TaskFailed>{});
  EXPECT_EQ(failed.how, TaskFailure::kSubmitFailed);
  EXPECT_EQ(failed.cause, std::string_view("c\0\xff", 3));
  EXPECT_TRUE(failed.disarm.call_open && failed.disarm.activity_offered &&
              failed.disarm.token_open);
  EXPECT_EQ(failed.disarm.heartbeat->history_id, 8U);
  auto const& retry = fact(std::type_identity<RetryScheduled>{});
  EXPECT_EQ(retry.delay, Milliseconds{1'500});
  EXPECT_EQ(retry.timer, kTimer);
  EXPECT_EQ(fact(std::type_identity<ParallelStarted>{}).branches[1].start, asl::StateIndex{4});
  EXPECT_EQ(fact(std::type_identity<MapStarted>{}).length, 10'000U);
  EXPECT_EQ(fact(std::type_identity<IterationStarted>{}).map, kScope);
  EXPECT_EQ(fact(std::type_identity<ExecutionEnded>{}).how, Ending::kTimedOut);
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(back[i].timestamp, events[i].timestamp);
}

TEST(Codec, NothingComesBackAsNothing) {
  json::Arena arena;
  std::vector<JournalEvent> back;
  EXPECT_TRUE(decode(encode({}), arena, back));
  EXPECT_TRUE(back.empty());
}

TEST(Codec, CutRowsAreRefused) {
  auto const row = encode(all_events());
  for (std::size_t size = 0; size < row.size(); ++size) {
    json::Arena arena;
    std::vector<JournalEvent> back;
    EXPECT_FALSE(decode(row.substr(0, size), arena, back)) << "cut to " << size << " bytes";
  }
}

TEST(Codec, RowsWithBytesAfterTheEndAreRefused) {
  json::Arena arena;
  std::vector<JournalEvent> back;
  auto const ok = decode(encode(all_events()) + '\0', arena, back);
  ASSERT_FALSE(ok);
  EXPECT_NE(ok.error().find("damaged at byte"), std::string::npos) << ok.error();
}

// Every byte set to every value: refused, or read as something that is written and read again alike.
TEST(Codec, DamagedBytesAreRefusedOrHarmless) {
  auto const good = encode(all_events());
  std::size_t refused = 0;
  std::size_t harmless = 0;
  json::Arena arena;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      auto row = good;
      row[at] = static_cast<char>(value);
      arena.reset();
      std::vector<JournalEvent> back;
      if (!decode(row, arena, back)) {
        ++refused;
        continue;
      }
      ++harmless;
      auto const again = encode(back);
      std::vector<JournalEvent> twice;
      ASSERT_TRUE(decode(again, arena, twice)) << "byte " << at << " = " << value;
      ASSERT_EQ(encode(twice), again) << "byte " << at << " = " << value;
    }
  EXPECT_GT(refused, good.size());
  EXPECT_GT(harmless, good.size());
}

// What others index tables by is never out of range.
TEST(Codec, UnknownEnumeratorsAreRefused) {
  auto const event = event_of(ContainerFailed{kScope, asl::StateType::kMap});
  auto row = encode(std::span(&event, 1));
  json::Arena arena;
  std::vector<JournalEvent> back;
  ASSERT_TRUE(decode(row, arena, back));
  ASSERT_EQ(row.back(), static_cast<char>(asl::StateType::kMap));
  ++row.back();
  EXPECT_FALSE(decode(row, arena, back));
}

struct VersionCase {
  char const* name;
  std::string row;
  char const* error;
};

VersionCase const kVersions[] = {
    {"empty", "", "a journal row is damaged at byte 0"},
    {"zero", std::string(3, '\0'), "a journal row is damaged at byte 0"},
    {"next", std::string("\2\0\0", 3),
     "a journal row of version 2: this treadle reads version 1; a later one reads it"},
    {"two_bytes", std::string("\x81\2\0\0", 4),
     "a journal row of version 257: this treadle reads version 1; a later one reads it"},
};

TEST(Codec, VersionsItDoesNotKnowAreRefused) {
  for (auto const& c : kVersions) {
    SCOPED_TRACE(c.name);
    json::Arena arena;
    std::vector<JournalEvent> back;
    auto const ok = decode(c.row, arena, back);
    ASSERT_FALSE(ok);
    EXPECT_EQ(ok.error(), c.error);
  }
  EXPECT_EQ(release_that_reads(kJournalVersion), "0.1.0");
}

}  // namespace
}  // namespace treadle::record
