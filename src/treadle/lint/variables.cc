// Variables that are read before they are surely assigned, and the task token.
// Source: Step Functions Developer Guide, "Passing data with variables"; "Context object".
#include <bitset>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "treadle/expr/jsonpath/path.h"
#include "treadle/lint/checks.h"
#include "treadle/lint/reads.h"

namespace treadle::lint {
namespace {

using asl::StateIndex;

// Of one machine so many variables are followed, in the order of the text.
constexpr std::size_t kVariablesMax = 512;
using Assigned = std::bitset<kVariablesMax>;

// The variables that an object's Assign sets, without the ".$" of JSONPath.
auto assigned_names(Place const& holder) -> std::vector<std::string_view> {
  std::vector<std::string_view> names;
  auto const assign = holder.find("Assign");
  if (!assign) return names;
  for (auto const& member : assign->members()) {
    auto name = member.name();
    if (name.ends_with(".$")) name.remove_suffix(2);
    names.push_back(name);
  }
  return names;
}

class VariableFlow {
 public:
  explicit VariableFlow(Machine const& machine) : machine_(machine), sure_(machine.count()) {
    for (std::uint32_t n = 0; n < machine.count(); ++n) number_variables(StateIndex(n));
  }

  void run() {
    flow_to(machine_.definition().regions.front().start, Assigned());
    while (!waiting_.empty()) {
      auto const i = waiting_.front();
      waiting_.pop_front();
      visit(i);
    }
  }

  enum class Answer : std::uint8_t { kSure, kNotOnEveryWay, kNever };
  [[nodiscard]] auto is_assigned(StateIndex reader, std::string_view name) const -> Answer {
    auto const number = numbers_.find(name);
    if (number == numbers_.end()) return is_full_ ? Answer::kSure : Answer::kNever;
    auto const& sure = sure_[reader.value()];
    return !sure || sure->test(number->second) ? Answer::kSure : Answer::kNotOnEveryWay;
  }

 private:
  void number_variables(StateIndex i) {
    auto const& place = machine_.place(i);
    number_names(place);
    for (auto const* list : {"Catch", "Choices"})
      for (auto const& element : place.at(list).elements()) number_names(element);
  }

  void number_names(Place const& holder) {
    for (auto const name : assigned_names(holder)) {
      if (numbers_.size() < kVariablesMax)
        numbers_.try_emplace(name, numbers_.size());
      else
        is_full_ = is_full_ || !numbers_.contains(name);
    }
  }

  [[nodiscard]] auto with(Assigned assigned, Place const& holder) const -> Assigned {
    for (auto const name : assigned_names(holder))
      if (auto const number = numbers_.find(name); number != numbers_.end())
        assigned.set(number->second);
    return assigned;
  }

  void flow_to(StateIndex to, Assigned const& assigned) {
    auto& sure = sure_[to.value()];
    auto const joined = sure ? *sure & assigned : assigned;
    if (sure == joined) return;
    sure = joined;
    waiting_.push_back(to);
  }

  void visit(StateIndex i) {
    auto const& place = machine_.place(i);
    auto const before = *sure_[i.value()];
    auto const catchers = place.at("Catch").elements();
    auto const rules = place.at("Choices").elements();
    for (auto const& edge : machine_.edges(i)) {
      auto const& list = edge.kind == Edge::Kind::kCatch ? catchers : rules;
      auto const is_listed = edge.kind == Edge::Kind::kCatch || edge.kind == Edge::Kind::kRule;
      if (is_listed && edge.index >= list.size()) continue;
      flow_to(edge.to, with(before, is_listed ? list[edge.index] : place));
    }
    // The executions of a Distributed Map do not see the variables of their parent.
    auto const* map = std::get_if<asl::Map>(&machine_.state(i).details);
    auto const is_apart = map != nullptr && map->mode == asl::MapMode::kDistributed;
    for (auto const region : inner_regions(machine_.state(i)))
      flow_to(machine_.definition().region(region).start, is_apart ? Assigned() : before);
  }

  Machine const& machine_;
  std::map<std::string_view, std::size_t> numbers_;  // of the variables, by name
  bool is_full_ = false;
  std::vector<std::optional<Assigned>> sure_;  // by state; absent until a way to it is known
  std::deque<StateIndex> waiting_;
};

void check_variable(Machine const& machine, VariableFlow const& flow, StateIndex i,
                    Place const& place, std::string_view name, Report& report) {
  switch (flow.is_assigned(i, name)) {
    case VariableFlow::Answer::kSure: return;
    case VariableFlow::Answer::kNever:
      report.add(Rule::kUnassignedVariable, i, place,
                 fmt::format("No state assigns the variable ${}", name));
      return;
    case VariableFlow::Answer::kNotOnEveryWay:
      report.add(Rule::kUnassignedVariable, i, place,
                 fmt::format("The variable ${} is not assigned on every way to {}", name,
                             machine.state(i).name));
      return;
  }
}

// A token exists for callbacks and jobs alone. (An activity gets its own by GetActivityTask.)
void check_token(Machine const& machine, StateIndex i, Place const& place, std::string_view path,
                 Report& report) {
  if (path != "$$.Task.Token" && path != "$$['Task']['Token']") return;
  auto const* task = machine.task(i);
  if (task != nullptr && task->resource.pattern != asl::Pattern::kRequestResponse) return;
  report.add(
      Rule::kTokenOutsideCallback, i, place,
      fmt::format(
          "{} is neither a .waitForTaskToken nor a .sync task: $$.Task.Token does not exist in it",
          machine.state(i).name));
}

}  // namespace

void check_variables(Machine const& machine, Report& report) {
  VariableFlow flow(machine);
  flow.run();
  for (std::uint32_t n = 0; n < machine.count(); ++n) {
    StateIndex const i(n);
    if (machine.state(i).language != asl::QueryLanguage::kJsonPath) continue;
    for_each_expression(machine.place(i), [&](Place const& place) {
      if (!place.value().is_string()) return;
      for (auto const& text : paths_of(place.value().as_string())) {
        check_token(machine, i, place, text, report);
        auto const path = expr::jsonpath::Path::parse(text);
        if (path && path->root() == expr::jsonpath::Root::kVariable)
          check_variable(machine, flow, i, place, path->variable(), report);
      }
    });
  }
}

}  // namespace treadle::lint
