#include "treadle/scenario/script.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/scenario/json_difference.h"

namespace treadle::scenario {
namespace {

auto fits(Answer const& answer, Script::Call const& call) -> bool {
  auto const& item = answer.item;
  if (item.size() > call.iterations.size() ||
      !std::ranges::equal(item, call.iterations.last(item.size())))
    return false;
  if (!answer.when) return true;
  json::Arena arena;
  return includes(call.arguments, *json::parse(arena, *answer.when));
}

auto in_iteration(Script::Call const& call) -> std::string {
  if (call.iterations.empty()) return {};
  return fmt::format(" in iteration {}", fmt::join(call.iterations, "."));
}

}  // namespace

Script::Script(std::vector<Mock> const& mocks) {
  for (auto const& mock : mocks)
    entries_.insert_or_assign(mock.state,
                              Entry{&mock, std::vector<std::uint32_t>(mock.answers.size()), 0});
}

auto Script::answer(Call const& call) -> Result<Answer const*, std::string> {
  auto const at = entries_.find(call.state);
  if (at == entries_.end())
    return std::unexpected(
        fmt::format("state '{0}' made a call and has no mock: add '{0}: {{result: ...}}' to mocks",
                    call.state));
  auto& entry = at->second;
  ++entry.calls;
  for (std::size_t i = 0; i < entry.used.size(); ++i) {
    auto const& answer = entry.mock->answers[i];
    if (answer.times != Answer::kAlways && entry.used[i] >= answer.times) continue;
    if (!fits(answer, call)) continue;
    ++entry.used[i];
    return &answer;
  }
  return std::unexpected(
      fmt::format("call {} of state '{}'{} has no answer: none of its mocks is left that fits",
                  entry.calls, call.state, in_iteration(call)));
}

}  // namespace treadle::scenario
