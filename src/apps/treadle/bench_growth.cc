// P11: what an execution costs beside many that are open, over its states and its payload, and on two
// cores.

#include <chrono>
#include <deque>
#include <mutex>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "treadle/library/access.h"

namespace treadle::app {
namespace {

using treadle::Completion;
using treadle::Engine;
using treadle::Task;

constexpr std::string_view kWaits = R"({"StartAt":"Wait","States":{"Wait":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:FUNCTION","End":true}}})";
// Executions that take turns in waiting: each that starts ends the oldest.
constexpr std::size_t kTurns = 64;

auto waits_for(std::string_view function) -> std::string {
  std::string definition(kWaits);
  constexpr std::string_view kPlace = "FUNCTION";
  return definition.replace(definition.find(kPlace), kPlace.size(), function);
}

// One thread with executions that stay open, and others that come and go beside them.
class Crowd {
 public:
  explicit Crowd(std::size_t most) : engine_(open(most)) {}

  // Opens Express executions, each parked with a task that is not answered, until so many are.
  void grow_to(std::size_t count) {
    if (count <= open_) return;
    std::uint64_t left = count - open_;
    open_ = count;
    for (; left > 0; --left)
      engine_.start("stays", R"({"order":"o-1"})", [](treadle::OrRefused<treadle::End> const&) {});
    // Behind all of them in the queue of the one thread.
    if (!engine_.run("passes", "{}")) give_up("the open executions did not start");
  }

  // CPU nanoseconds of an execution of P1's pipeline, which does not wait.
  auto pipeline(double seconds) -> double {
    auto const begin = cpu_seconds();
    auto const count = run_pipeline(engine_, messages_, seconds);
    return (cpu_seconds() - begin) * 1e9 / static_cast<double>(count);
  }

  // CPU nanoseconds of an execution that is parked, and goes on when its task is answered.
  auto parked(double seconds) -> double {
    auto const end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    std::uint64_t given = 0;
    is_last_round_ = false;
    auto const begin = cpu_seconds();
    auto const totals =
        engine_.stream("turns", {.next = [&]() -> std::optional<std::string> {
                         if (given++ % 256 != 0 || std::chrono::steady_clock::now() < end)
                           return R"({"order":"o-1"})";
                         is_last_round_ = true;  // some may start even now
                         answer_down_to(0);
                         return std::nullopt;
                       }});
    if (!totals || totals->failed != 0) give_up("an execution did not end well");
    return (cpu_seconds() - begin) * 1e9 / static_cast<double>(totals->succeeded);
  }

 private:
  auto open(std::size_t most) -> Engine {
    auto engine = library::Access::open({.threads = 1, .waiting_max = most + 10'000}, nullptr);
    if (!engine) give_up(engine.error());
    bind_pipeline(*engine);
    bool const ok =
        engine->bind_async(
            "stay",
            [this](Task&, Completion completion) { staying_.push_back(std::move(completion)); }) &&
        engine->bind_async("turn",
                           [this](Task&, Completion completion) {
                             turns_.push_back(std::move(completion));
                             answer_down_to(is_last_round_ ? 0 : kTurns);
                           }) &&
        engine->define("stays", waits_for("stay")) && engine->define("turns", waits_for("turn")) &&
        engine->define("pipeline", kPipeline) &&
        engine->define("passes", R"({"StartAt":"P","States":{"P":{"Type":"Succeed"}}})");
    if (!ok) give_up("the machines of P11 can't be defined");
    return std::move(*engine);
  }

  void answer_down_to(std::size_t left) {
    while (turns_.size() > left) {
      turns_.front().succeed(std::string(R"({"ok":true})"));
      turns_.pop_front();
    }
  }

  // These three are touched by the one thread of the engine while it works.
  std::deque<Completion> staying_;
  std::deque<Completion> turns_;
  bool is_last_round_ = false;
  std::array<std::string, 3> const messages_ = device_messages();
  std::size_t open_ = 0;
  Engine engine_;  // ends first
};

// Two ways to spend on an execution, beside few and beside many open ones.
void measure_open(BenchSettings const& settings, std::vector<Figure>& out) {
  std::vector<std::size_t> sizes{10, 1'000, 100'000, 1'000'000};
  std::erase_if(sizes, [&](std::size_t n) { return n > settings.open; });
  if (sizes.back() != settings.open) sizes.push_back(settings.open);
  Crowd crowd(settings.open);
  crowd.grow_to(sizes.front());
  (void)crowd.parked(0.2);  // warm
  double first_pipeline = 0;
  double first_parked = 0;
  for (auto const size : sizes) {
    crowd.grow_to(size);
    auto const each = settings.seconds / 2;
    auto const pipeline = median_of(settings.rounds, [&] { return crowd.pipeline(each); });
    auto const parked = median_of(settings.rounds, [&] { return crowd.parked(each); });
    if (size == sizes.front()) {
      first_pipeline = pipeline;
      first_parked = parked;
    }
    auto const beside_what = fmt::format("beside {} open", sizes.front());
    out.push_back(beside(
        named("P11", fmt::format("P1's pipeline beside {} open Express", size), pipeline, "ns"),
        first_pipeline, beside_what, Bound::kAtMost, 1.2));
    out.push_back(beside(
        named("P11", fmt::format("parked and answered beside {} open Express", size), parked, "ns"),
        first_parked, beside_what, Bound::kAtMost, 1.2));
  }
}

auto chain_of(std::size_t states) -> std::string {
  std::string out = R"({"StartAt":"S0","States":{)";
  for (std::size_t i = 0; i + 1 < states; ++i)
    out += fmt::format(R"("S{}":{{"Type":"Pass","Next":"S{}"}},)", i, i + 1);
  return out + fmt::format(R"("S{}":{{"Type":"Succeed"}}}}}})", states - 1);
}

// CPU nanoseconds of an execution of `machine`.
auto cost_of(Engine& engine, std::string_view machine, std::string const& input, double seconds)
    -> double {
  auto const end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  auto const begin = cpu_seconds();
  auto const totals = engine.stream(machine, {.next = [&]() -> std::optional<std::string> {
                                      if (std::chrono::steady_clock::now() > end)
                                        return std::nullopt;
                                      return input;
                                    }});
  if (!totals || totals->failed != 0 || totals->succeeded == 0)
    give_up("an execution did not end well");
  return (cpu_seconds() - begin) * 1e9 / static_cast<double>(totals->succeeded);
}

void measure_states(BenchSettings const& settings, std::vector<Figure>& out) {
  auto engine = open_pipeline(1, nullptr, {});
  double few = 0;
  for (std::size_t const states : {10UL, 100UL, 1'000UL}) {
    auto const name = fmt::format("chain{}", states);
    if (auto const ok = engine.define(name, chain_of(states)); !ok) give_up(ok.error());
    auto const cost = median_of(settings.rounds,
                                [&] { return cost_of(engine, name, "{}", settings.seconds / 4); }) /
                      static_cast<double>(states);
    if (few == 0) few = cost;
    out.push_back(beside(named("P11", fmt::format("a state of {}", states), cost, "ns"), few,
                         "a state of 10", Bound::kAtMost, 1.2));
  }
}

void measure_payload(BenchSettings const& settings, std::vector<Figure>& out) {
  auto engine = open_pipeline(1, nullptr, {});
  if (auto const ok = engine.define("chain", chain_of(4)); !ok) give_up(ok.error());
  double small = 0;
  for (std::size_t const times : {4UL, 40UL, 200UL}) {
    std::string input = "[";
    for (std::size_t i = 0; i < times; ++i) input += (i == 0 ? "" : ",") + device_message("metric");
    input += "]";
    auto const kilobytes = static_cast<double>(input.size()) / 1'000;
    auto const cost =
        median_of(settings.rounds,
                  [&] { return cost_of(engine, "chain", input, settings.seconds / 4); }) /
        kilobytes;
    if (small == 0) small = cost;
    out.push_back(
        beside(named("P11", fmt::format("a kilobyte of {:.0f} kB", kilobytes), cost, "ns"), small,
               "a kilobyte of the smallest", Bound::kAtMost, 1.2));
  }
}

// Executions of P1's pipeline a second, and a second of CPU.
struct Rate {
  double by_clock = 0;
  double by_cpu = 0;
};

auto rate_of(Engine& engine, double seconds) -> Rate {
  auto const messages = device_messages();
  auto const cpu = cpu_seconds();
  auto const count = static_cast<double>(run_pipeline(engine, messages, seconds));
  return {count / seconds, count / (cpu_seconds() - cpu)};
}

// Both in each round, so that what else the machine does meets both. Where something else takes the second
// core, the rate can't show how the work scales; what two threads do in a second of CPU each can.
void measure_cores(BenchSettings const& settings, std::vector<Figure>& out) {
  KeptHistories histories;
  auto one = open_pipeline(1, &histories, {});
  auto two = open_pipeline(2, &histories, {});
  std::vector<double> rates, ratios, cpu_rates, cpu_ratios;
  for (int i = 0; i < settings.rounds; ++i) {
    auto const single = rate_of(one, settings.seconds / 2);
    auto const both = rate_of(two, settings.seconds / 2);
    rates.push_back(both.by_clock);
    ratios.push_back(both.by_clock / single.by_clock);
    cpu_rates.push_back(2 * both.by_cpu);
    cpu_ratios.push_back(2 * both.by_cpu / single.by_cpu);
  }
  auto const add = [&](std::string what, double rate, double ratio) {
    out.push_back(beside(named("P11", std::move(what), rate, "/s"), rate / ratio, "on one",
                         Bound::kAtLeast, 1.7));
  };
  add("P1's pipeline on two cores", median(rates), median(ratios));
  add("the same in a second of CPU of each", median(cpu_rates), median(cpu_ratios));
}

}  // namespace

auto bench_growth(BenchSettings const& settings) -> std::vector<Figure> {
  std::vector<Figure> out;
  measure_cores(settings, out);
  measure_states(settings, out);
  measure_payload(settings, out);
  measure_open(settings, out);
  return out;
}

}  // namespace treadle::app
