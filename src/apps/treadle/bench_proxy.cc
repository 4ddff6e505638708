#include "apps/treadle/bench_proxy.h"

#include <chrono>

#include "apps/treadle/bench.h"
#include "treadle/asl/parser.h"
#include "treadle/interpreter/decide.h"

namespace treadle::app {
namespace {

class NoTokens : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(record::HistoryId, std::uint32_t) const -> std::string override {
    return {};
  }
};

NoTokens const kNoTokens;

auto start_command(std::string_view input) -> record::StartExecution {
  return {.execution_arn = "arn:aws:states:us-east-1:123456789012:express:proxy:e:1",
          .name = "e",
          .state_machine_arn = "arn:aws:states:us-east-1:123456789012:stateMachine:proxy",
          .state_machine_name = "proxy",
          .revision = "r",
          .role_arn = "arn:aws:iam::123456789012:role/r",
          .trace_header = {},
          .input = input};
}

}  // namespace

ProxyRun::ProxyRun(std::string_view definition, std::string_view event)
    : event_(event), definition_(asl::parse_definition(definition).definition) {
  if (!definition_) give_up("the definition of the proxy is wrong");
}

auto ProxyRun::run(std::size_t events) -> std::size_t {
  arena_.reset();
  events_.clear();
  interpreter::ExecutionState state;
  record::PayloadTable payloads(arena_);
  interpreter::World world{.now = Timestamp{}, .random = random_, .tokens = kNoTokens};
  interpreter::decide(state, *definition_, start_command(event_), world, payloads, events_);
  if (state.status != interpreter::Status::kSucceeded || events_.size() != events)
    give_up("the proxy did not run");
  return payloads.text(state.output).size();
}

auto cpu_ns(double seconds, std::function<std::size_t()> const& work) -> double {
  std::size_t calls = 0;
  std::size_t sink = 0;
  auto const begin = cpu_seconds();
  auto const end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end)
    for (int i = 0; i < 1'000; ++i, ++calls) sink += work();
  auto const spent = cpu_seconds() - begin;
  if (sink == 0) give_up("nothing was done");
  return spent * 1e9 / static_cast<double>(calls);
}

}  // namespace treadle::app
