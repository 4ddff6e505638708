// An engine under test: a store that outlives it, a clock that stands still, an outside that the test
// plays, and one event loop that runs only inside the calls below, on the test's own thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_connector.h"
#include "tests/support/watched_store.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/engine.h"
#include "treadle/runtime/rows.h"
#include "treadle/store/memory_store.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::runtime::test {

using store::Table;

// Which store is behind the engine.
struct StoreKind {
  std::string_view name;
  bool on_disk = false;
};
inline constexpr StoreKind kStoreKinds[] = {{"memory", false}, {"rocksdb", true}};

inline auto arn_of(std::string_view name) -> std::string {
  return fmt::format("arn:aws:states:us-east-1:123456789012:execution:m:{}", name);
}

// "ok", the code of the refusal, or "unanswered".
template <typename T>
auto outcome(std::optional<Answer<T>> const& answer) -> std::string {
  if (!answer) return "unanswered";
  return *answer ? "ok" : answer->error().code;
}

class TestNode {
 public:
  explicit TestNode(StoreKind kind, EngineOptions options = {}) : kind_(kind), options_(options) {
    options_.turn_most = std::chrono::hours(1);  // on a slow machine too nothing goes another way
    open();
  }
  TestNode(TestNode const&) = delete;
  auto operator=(TestNode const&) -> TestNode& = delete;
  ~TestNode() { close(); }

  // ---- the process ----

  void open() {
    if (kind_.on_disk) {
      auto opened =
          store::open_rocksdb_store({.directory = directory_.path() / "data", .random = &random_});
      ASSERT_TRUE(opened) << opened.error().message;
      kept_ = std::move(*opened);
    } else if (!kept_) {
      kept_ = store::make_memory_store({.mode = store::CommitMode::kInline, .random = &random_});
    }
    store_ = std::make_unique<treadle::test::WatchedStore>(std::move(kept_));
    loops_ = std::make_unique<net::EventLoops>(1);
    engine_ = std::make_unique<Engine>(*store_, *loops_, connector, clock, random_, options_,
                                       [this](std::string const& why) { why_stopped = why; });
    engine_->recover();
    settle();
  }

  // What was committed stays; what was not is lost with the process.
  void close() {
    if (!engine_) return;
    barrier();
    if (kind_.on_disk) {
      EXPECT_TRUE(store_->flush_and_close());
    }
    engine_.reset();
    loops_.reset();
    kept_ = store_->release_behind();
    if (kind_.on_disk) kept_.reset();
    store_.reset();
    connector.forget_open();
  }

  void restart() {
    close();
    open();
  }

  // Runs the loop until nothing more happens.
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      auto const before = activity();
      barrier();
      quiet = activity() == before ? quiet + 1 : 0;
    }
  }

  // Runs the loop until `holds`, for what real time brings; gives up after some seconds.
  template <typename Holds>
  [[nodiscard]] auto settle_until(Holds&& holds) -> bool {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds() && std::chrono::steady_clock::now() < end) barrier();
    return holds();
  }

  void advance(Milliseconds by) {
    clock.advance(by);
    engine_->clock_moved();
    settle();
  }

  [[nodiscard]] auto engine() -> Engine& { return *engine_; }
  [[nodiscard]] auto store() -> treadle::test::WatchedStore& { return *store_; }
  [[nodiscard]] auto options() -> EngineOptions& { return options_; }  // for the next open()
  [[nodiscard]] auto loop() -> net::EventLoop& { return loops_->at(0); }

  // ---- machines ----

  // The machine "m" with that definition, its revision in the store.
  auto machine(std::string_view definition, EntityId id = {1, 1}) -> MachineRef {
    auto parsed = asl::parse_definition(definition).definition;
    EXPECT_TRUE(parsed) << definition;
    MachineRef ref{.id = id,
                   .arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m",
                   .name = "m",
                   .revision = revision_of(definition, asl::MachineType::kStandard),
                   .role_arn = "arn:aws:iam::123456789012:role/r",
                   .definition = parsed};
    store::Batch batch;
    engine_->definitions().add(batch, ref.revision, asl::MachineType::kStandard, parsed);
    EXPECT_EQ(store::test::commit(store_->behind(), std::move(batch)),
              store::CommitOutcome::kCommitted);
    return ref;
  }

  // ---- what the API asks; each runs until it is settled ----

  template <typename T, typename Ask>
  auto ask(Ask&& ask) -> std::optional<Answer<T>> {
    auto const answer = listen<T>(std::forward<Ask>(ask));
    settle();
    return *answer;
  }
  // The same without running anything: the answer comes later.
  template <typename T, typename Ask>
  auto listen(Ask&& ask) -> std::shared_ptr<std::optional<Answer<T>>> {
    auto const answer = std::make_shared<std::optional<Answer<T>>>();
    ask(OnAnswer<T>([answer](Answer<T> told) {
      EXPECT_FALSE(answer->has_value()) << "answered twice";
      answer->emplace(std::move(told));
    }));
    return answer;
  }

  static auto request(MachineRef const& machine, std::string_view name, std::string_view input)
      -> StartRequest {
    return {.machine = machine,
            .execution_arn = arn_of(name),
            .name = std::string(name),
            .input = std::string(input),
            .trace_header = {}};
  }
  auto start(MachineRef const& machine, std::string_view name, std::string_view input = "{}")
      -> std::optional<Answer<Started>> {
    return ask<Started>([&](auto done) {
      engine_->start_execution(request(machine, name, input), std::move(done));
    });
  }
  auto stop(std::string_view name) -> std::optional<Answer<Stopped>> {
    return ask<Stopped>([&](auto done) {
      engine_->stop_execution(arn_of(name), "Stopped", "by hand", std::move(done));
    });
  }
  auto compensate(std::string_view name) -> std::optional<Answer<Compensating>> {
    return ask<Compensating>([&](auto done) {
      engine_->compensate_execution(arn_of(name), "by hand", std::move(done));
    });
  }
  auto redrive(std::string_view name, std::string token = {}) -> std::optional<Answer<Redriven>> {
    return ask<Redriven>([&](auto done) {
      engine_->redrive_execution(arn_of(name), std::move(token), std::move(done));
    });
  }
  auto succeed_token(std::string token, std::string output) -> std::optional<Answer<void>> {
    return ask<void>([&](auto done) {
      engine_->task_success(std::move(token), std::move(output), std::move(done));
    });
  }
  auto fail_token(std::string token, std::string error) -> std::optional<Answer<void>> {
    return ask<void>([&](auto done) {
      engine_->task_failure(std::move(token), std::move(error), {}, std::move(done));
    });
  }
  auto heartbeat(std::string token) -> std::optional<Answer<void>> {
    return ask<void>(
        [&](auto done) { engine_->task_heartbeat(std::move(token), std::move(done)); });
  }

  // ---- what it shows ----

  auto describe(std::string_view name) -> ExecutionDescription {
    auto described = engine_->describe_execution(arn_of(name));
    EXPECT_TRUE(described) << described.error().message;
    return described.value_or(ExecutionDescription{});
  }
  auto status(std::string_view name) -> ExecutionStatus { return describe(name).summary.status; }
  auto output(std::string_view name) -> std::string {
    return describe(name).output.value_or("none");
  }

  // "2<0 PassStateEntered" for each history event, in pages of `limit`.
  auto history(std::string_view name, std::size_t limit = 1'000, bool reverse = false)
      -> std::vector<std::string> {
    std::vector<std::string> out;
    HistoryRequest request{.execution_arn = arn_of(name), .limit = limit, .reverse = reverse};
    for (;;) {
      auto const page = engine_->history(request);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) return out;
      EXPECT_LE(page->events.size(), limit);
      for (auto const& e : page->events)
        out.push_back(fmt::format("{}<{} {}", e.id, e.previous_id, e.type));
      if (!page->more) return out;
      request.after = page->events.back().id;
    }
  }

  // Rows in a table.
  auto rows_in(Table table) -> std::size_t {
    return store::test::scan_keys(*store_, table, {.limit = 1'000'000}).size();
  }

  treadle::test::FakeClock clock;
  treadle::test::ScriptedConnector connector;
  std::optional<std::string> why_stopped;  // fail_stop was called

 private:
  [[nodiscard]] auto activity() const -> std::uint64_t {
    return store_->submitted() + store_->scans + connector.deliveries.size() +
           connector.jobs.size() + connector.stops.size() + connector.cancels.size() +
           connector.asked.size();
  }

  // Runs what is posted by now, and by the callbacks of what is submitted by now.
  void barrier() {
    auto& loop = loops_->at(0);
    store_->behind().submit({},
                            [&loop](store::CommitOutcome) { loop.post([&loop] { loop.stop(); }); });
    loop.run();
  }

  StoreKind kind_;
  EngineOptions options_;
  SeededRandom random_{7};
  store::test::TemporaryDirectory directory_;
  std::unique_ptr<store::Store> kept_;  // in memory, while no engine runs
  std::unique_ptr<treadle::test::WatchedStore> store_;
  std::unique_ptr<net::EventLoops> loops_;
  std::unique_ptr<Engine> engine_;
};

// The suite of tests that run against every store.
class EngineSuite : public ::testing::TestWithParam<StoreKind> {
 protected:
  TestNode node{GetParam()};
};

inline auto name_of_kind(::testing::TestParamInfo<StoreKind> const& info) -> std::string {
  return std::string(info.param.name);
}

}  // namespace treadle::runtime::test
