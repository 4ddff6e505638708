// Express executions on several loops that run inside the calls below, one after the other.
#pragma once

#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/store/store_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_connector.h"
#include "treadle/asl/parser.h"
#include "treadle/base/random.h"
#include "treadle/runtime/express.h"
#include "treadle/store/memory_store.h"

namespace treadle::runtime::test {

class ExpressNode {
 public:
  struct Options {
    std::size_t loops = 1;
    std::size_t parked_max = 10'000;
    HistorySink* sink = nullptr;
  };

  explicit ExpressNode(Options options)
      : loops(std::make_unique<net::EventLoops>(options.loops)),
        parts_{.clock = clock,
               .connector = connector,
               .secret = store_->secret(),
               .options = {.parked_max = options.parked_max, .turn_most = std::chrono::hours(1)},
               .sink = options.sink} {
    express = std::make_unique<Express>(*loops, *store_, definitions_, parts_, random,
                                        IntakeLog::Opened(), ExpressIntake::kMemory);
  }

  // Runs what is posted on every loop, and what that posts.
  void settle() {
    for (int i = 0; i < 12; ++i)
      for (std::size_t loop = 0; loop < loops->size(); ++loop) {
        loops->at(loop).post([&at = loops->at(loop)] { at.stop(); });
        loops->at(loop).run();
      }
  }

  auto machine(std::string_view definition, std::string_view name = "m") -> MachineRef {
    auto parsed = asl::parse_definition(definition, {.type = asl::MachineType::kExpress});
    EXPECT_TRUE(parsed.definition) << definition;
    return {.id = {1, 1},
            .arn = fmt::format("arn:aws:states:us-east-1:123456789012:stateMachine:{}", name),
            .name = std::string(name),
            .revision = revision_of(definition, asl::MachineType::kExpress),
            .role_arn = "arn:aws:iam::123456789012:role/r",
            .definition = parsed.definition};
  }

  static auto start_of(MachineRef const& machine, std::string input, Random& random)
      -> ExpressStart {
    auto const id = random.next_entity_id();
    return {.id = id,
            .machine = machine,
            .execution_arn = fmt::format("arn:aws:states:us-east-1:123456789012:express:{}:e:{}",
                                         machine.name, uuid_v4(id.high, id.low)),
            .name = "e",
            .input = std::move(input),
            .trace_header = {},
            .log = {}};
  }

  // Starts it on that loop; its ARN.
  auto start(MachineRef const& machine, std::string input, std::size_t loop = 0) -> std::string {
    auto start = start_of(machine, std::move(input), random);
    auto arn = start.execution_arn;
    loops->at(loop).post([this, start = std::move(start)]() mutable {
      express->start_sync(std::move(start),
                          [](Answer<ExpressEnd> const& end) { EXPECT_TRUE(end); });
    });
    settle();
    return arn;
  }

  treadle::test::FakeClock clock;
  treadle::test::ScriptedConnector connector;
  SeededRandom random{3};
  std::unique_ptr<net::EventLoops> loops;
  std::unique_ptr<Express> express;

 private:
  std::unique_ptr<store::Store> store_ =
      store::make_memory_store({.mode = store::CommitMode::kInline, .random = &random});
  DefinitionCache definitions_{*store_};
  ExpressParts const parts_;
};

}  // namespace treadle::runtime::test
