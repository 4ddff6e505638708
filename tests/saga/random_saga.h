// Random sagas with every option, small enough to be run in every way.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/random.h"

namespace treadle::saga::testing {

class RandomSaga {
 public:
  explicit RandomSaga(SeededRandom& random) : random_(random) {}

  // YAML.
  auto make() -> std::string {
    mode_ = pick(4);
    std::string out = "name: random\n";
    if (mode_ == 1) out += "onCompensationFailure: park\n";
    if (mode_ == 2) out += "onCompensationFailure: fail\n";
    if (chance(3)) out += "queryLanguage: JSONata\n";
    out += "steps:\n";
    auto const count = 1 + pick(4);
    auto const pivot = chance(3) ? pick(count) : count;
    bool has_group = false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!has_group && i != pivot && chance(4)) {
        has_group = true;
        out += "  - parallel:\n";
        for (std::uint64_t k = 2 + pick(2); k > 0; --k) out += step("      ", false, i > pivot);
      } else {
        out += step("  ", i == pivot, i > pivot);
      }
    }
    return out;
  }

 private:
  auto pick(std::uint64_t n) -> std::uint64_t { return random_.next_u64() % n; }
  auto chance(std::uint64_t one_in) -> bool { return pick(one_in) == 0; }

  auto step(std::string const& indent, bool is_pivot, bool is_after_pivot) -> std::string {
    auto const number = steps_++;
    auto out = fmt::format("{0}- name: Do{1}Thing\n{0}  execute: do-{1}\n", indent, number);
    auto const line = [&](std::string const& text) { out += indent + "  " + text + "\n"; };
    if (is_pivot) line("pivot: true");
    bool const may_lack = is_pivot || is_after_pivot;
    if (!may_lack || chance(2))
      line(chance(6) ? "compensate: none" : fmt::format("compensate: undo-{}", number));
    if (chance(6)) line("onAmbiguous: ignore");
    if (chance(4)) line("timeoutSeconds: 60");
    constexpr const char* kErrors[] = {"E1", "SlowTimeout", "States.ALL", "States.TaskFailed"};
    if (chance(3))
      line(fmt::format("retry: {{errors: {}, maxAttempts: {}, jitter: false}}", kErrors[pick(4)],
                       1 + pick(2)));
    line(mode_ == 1 || mode_ == 2 ? "compensateRetry: {maxAttempts: 1, jitter: false}"
                                  : "compensateRetry: {intervalSeconds: 5, jitter: false}");
    return out;
  }

  SeededRandom& random_;
  std::uint64_t mode_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace treadle::saga::testing
