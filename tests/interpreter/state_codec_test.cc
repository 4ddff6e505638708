// The bytes of a state: every field comes back, and a change of them needs another version.
#include "treadle/interpreter/state_codec.h"

#include <gtest/gtest.h>

#include "tests/support/state_text.h"

namespace treadle::interpreter {
namespace {

auto at(std::int64_t ms) -> Timestamp { return Timestamp{Milliseconds{ms}}; }

// A state in which no field has its default.
auto full_state() -> ExecutionState {
  ExecutionState s;
  s.status = Status::kRunning;
  s.execution_arn = "arn:e";
  s.name = "e";
  s.state_machine_arn = "arn:m";
  s.state_machine_name = "m";
  s.revision = "r";
  s.role_arn = "arn:r";
  s.trace_header = "Root=1";
  s.version_arn = "arn:m:1";
  s.alias_arn = "arn:m:live";
  s.revision_id = "revision";
  s.revised_at = Timestamp{Milliseconds{123'456}};
  s.input = PayloadId{1};
  s.output = PayloadId{300};
  s.error = "E";
  s.cause = "c";
  s.started_at = at(1'700'000'000'000);
  s.ended_at = at(1'700'000'000'001);
  s.last_event_at = at(1'700'000'000'002);
  s.redrive_count = 3;
  s.redrive_tokens = {{"token", at(1'700'000'000'002)}};
  s.last_history_id = 400;
  s.last_scope_id = 5;
  s.yielded = true;
  s.timeout = Timer{at(1'700'000'009'000), 1, record::TimerKind::kExecutionTimeout};
  s.deadline = Timer{at(1'700'000'010'000), 1, record::TimerKind::kDeadline};
  s.compensation = {CompensationStage::kBegan, "enough", at(1'700'000'000'004)};
  auto& scope = s.scopes.emplace_back();
  scope = {.id = ScopeId{2},
           .parent = ScopeId{1},
           .index = 4,
           .region = asl::RegionIndex{6},
           .state = asl::StateIndex{7},
           .phase = Phase::kTask,
           .entered_id = 8,
           .last_id = 9,
           .entered_at = at(1'700'000'000'003),
           .input = PayloadId{10},
           .output = PayloadId{11},
           .retry_count = 12,
           .retries_done = {13, 0},
           .timer = Timer{at(1'700'000'008'000), 14, record::TimerKind::kRetry},
           .task = {},
           .container = {},
           .variables = {{"v", PayloadId{15}}}};
  scope.task =
      OpenTask{.scheduled = 16,
               .kind = asl::ResourceKind::kActivity,
               .pattern = asl::Pattern::kWaitForTaskToken,
               .started = true,
               .call_open = false,
               .timeout = Timer{at(1'700'000'007'000), 16, record::TimerKind::kTaskTimeout},
               .heartbeat = Timer{at(1'700'000'006'000), 16, record::TimerKind::kHeartbeat},
               .heartbeat_seconds = 17,
               .submission = PayloadId{25},
               .is_asked = true};
  s.stopping = {{26, PayloadId{27}}, {28, PayloadId{}}};
  scope.container = Container{.input = PayloadId{18},
                              .items = PayloadId{19},
                              .length = 20,
                              .started = 21,
                              .ended = 22,
                              .concurrency_max = 23,
                              .results = {PayloadId{24}, PayloadId{}}};
  return s;
}

TEST(StateCodec, GivesEveryFieldBack) {
  auto const state = full_state();
  auto const read = decode_state(encode_state(state));
  ASSERT_TRUE(read);
  EXPECT_EQ(state_text(*read), state_text(state));
  EXPECT_EQ(state_text(*decode_state(encode_state({}))), state_text({}));
}

TEST(StateCodec, RefusesBytesThatAreCutOrTooMany) {
  auto const bytes = encode_state(full_state());
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(decode_state(std::string_view(bytes).substr(0, n))) << n;
  EXPECT_FALSE(decode_state(bytes + '\0'));
}

// Whoever changes these bytes raises kStateVersion, and then the hash here.
TEST(StateCodec, HasTheseBytesInThisVersion) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (char const c : encode_state(full_state()))
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  EXPECT_EQ(kStateVersion, 6U);
  EXPECT_EQ(hash, 4566942031605457180U);
}

}  // namespace
}  // namespace treadle::interpreter
