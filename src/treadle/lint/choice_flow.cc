#include "treadle/lint/choice_flow.h"

#include <utility>

#include "treadle/lint/reads.h"

namespace treadle::lint {
namespace {

auto merged_with(ShapePtr const& all, ShapePtr const& one) -> ShapePtr {
  return all == nullptr ? one : merged(all, one);
}

auto follow_and(Place const& parts, ShapePtr before, OnRead const& on_read) -> Outcomes {
  ShapePtr if_false;
  for (auto const& part : parts.elements()) {
    auto outcomes = follow_condition(part, before, on_read);
    if_false = merged_with(if_false, outcomes.if_false);
    before = std::move(outcomes.if_true);
  }
  return {before, if_false == nullptr ? before : if_false};
}

auto follow_or(Place const& parts, ShapePtr before, OnRead const& on_read) -> Outcomes {
  ShapePtr if_true;
  for (auto const& part : parts.elements()) {
    auto outcomes = follow_condition(part, before, on_read);
    if_true = merged_with(if_true, outcomes.if_true);
    before = std::move(outcomes.if_false);
  }
  return {if_true == nullptr ? before : if_true, before};
}

auto follow_presence(Place const& condition, ShapePtr const& before) -> Outcomes {
  auto const variable = condition.text("Variable").value_or("");
  auto const start = start_of(variable);
  auto const present = reads_input(variable) ? with_seen(before, start.names) : before;
  auto const operand = condition.at("IsPresent").value();
  if (operand.is_bool() && !operand.as_bool()) return {before, present};
  return {present, before};
}

}  // namespace

auto follow_condition(Place const& condition, ShapePtr const& before, OnRead const& on_read)
    -> Outcomes {
  if (auto const parts = condition.find("And"); parts) return follow_and(*parts, before, on_read);
  if (auto const parts = condition.find("Or"); parts) return follow_or(*parts, before, on_read);
  if (auto const part = condition.find("Not"); part) {
    auto outcomes = follow_condition(*part, before, on_read);
    return {std::move(outcomes.if_false), std::move(outcomes.if_true)};
  }
  if (condition.find("IsPresent")) return follow_presence(condition, before);
  auto after = before;
  for (auto const& member : condition.members())
    if (member.value().is_string() &&
        (member.name() == "Variable" || member.name().ends_with("Path")))
      after = on_read(member, after);
  return {after, after};
}

}  // namespace treadle::lint
