// Retriers and catchers that are never asked: an earlier one takes the error, or it can't come.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "treadle/base/error_names.h"
#include "treadle/lint/checks.h"
#include "treadle/lint/errors.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

// One element of Retry or Catch.
struct Handler {
  std::vector<std::string> const* error_equals;
  Place place;
};

template <typename Element>
auto handlers_of(std::vector<Element> const& elements, Place const& list) -> std::vector<Handler> {
  auto const places = list.elements();
  std::vector<Handler> handlers;
  for (std::size_t n = 0; n < elements.size() && n < places.size(); ++n)
    handlers.push_back({&elements[n].error_equals, places[n].at("ErrorEquals")});
  return handlers;
}

// Why the error never gets to any handler of the state; empty if it may.
auto why_never_handled(asl::State const& state, std::string_view error) -> std::string_view {
  if (error == errors::kRuntime) return "States.Runtime can be neither retried nor caught";
  if (state.type != asl::StateType::kTask) return {};
  constexpr std::string_view kOfOtherStates[] = {
      errors::kBranchFailed,
      errors::kNoChoiceMatched,
      errors::kItemReaderFailed,
      errors::kResultWriterFailed,
      errors::kExceedToleratedFailureThreshold,
  };
  if (std::ranges::find(kOfOtherStates, error) != std::ranges::end(kOfOtherStates))
    return "no Task fails with this error";
  return {};
}

class HandlerCheck {
 public:
  // `raised` are the errors of the machine's own Fail states.
  HandlerCheck(Machine const& machine, std::set<std::string_view> const& raised, StateIndex state,
               Report& report)
      : machine_(machine), raised_(raised), state_(state), report_(report) {}

  void check(std::vector<Handler> const& handlers) {
    ErrorNames before;
    for (auto const& handler : handlers) {
      for (auto const& error : *handler.error_equals) check_name(handler, error, before);
      before.add(*handler.error_equals);
    }
  }

 private:
  void check_name(Handler const& handler, std::string_view error, ErrorNames const& before) {
    if (error.starts_with("States.") && !is_language_error(error) && !raised_.contains(error)) {
      report_.add(Rule::kUnknownErrorName, state_, handler.place,
                  fmt::format("There is no error {}", error));
      return;
    }
    if (auto const why = why_never_handled(machine_.state(state_), error); !why.empty())
      report(handler, error, why);
    // States.ALL stays the last resort even where the earlier ones leave nothing for it.
    else if (error != errors::kAll && before.take(error))
      report(handler, error, "an earlier element takes it");
  }

  void report(Handler const& handler, std::string_view error, std::string_view why) {
    report_.add(Rule::kHandlerNotReached, state_, handler.place,
                fmt::format("{} never gets here: {}", error, why));
  }

  Machine const& machine_;
  std::set<std::string_view> const& raised_;
  StateIndex state_;
  Report& report_;
};

}  // namespace

void check_handlers(Machine const& machine, Report& report) {
  std::set<std::string_view> raised;
  for (auto const& state : machine.definition().states)
    if (auto const* fail = std::get_if<asl::Fail>(&state.details); fail != nullptr)
      if (fail->error.literal) raised.insert(*fail->error.literal);
  for (std::uint32_t n = 0; n < machine.count(); ++n) {
    StateIndex const i(n);
    auto const& state = machine.state(i);
    HandlerCheck check(machine, raised, i, report);
    check.check(handlers_of(state.retriers, machine.place(i).at("Retry")));
    check.check(handlers_of(state.catchers, machine.place(i).at("Catch")));
  }
}

}  // namespace treadle::lint
