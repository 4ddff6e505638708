#include "treadle/saga/compile.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "treadle/asl/parser.h"
#include "treadle/asl/resource.h"
#include "treadle/json/print.h"
#include "treadle/saga/arguments.h"
#include "treadle/saga/errors.h"
#include "treadle/saga/names.h"
#include "treadle/saga/object.h"
#include "treadle/saga/park.h"
#include "treadle/saga/roles.h"

namespace treadle::saga {
namespace {

using json::Value;

// One compensation of the chain. Each leads to the one before it, the first to SagaFailed.
struct Link {
  Step const* step;
  std::string name;
  std::string parked;  // the state that waits for an operator
};

using LinkIndex = std::optional<std::size_t>;  // nullopt: SagaFailed

class Compiler {
 public:
  explicit Compiler(Saga const& saga) : saga_(saga), states_(arena_) {}

  auto compile() -> Result<std::string, LiteralError> {
    TRY(check_resources());
    make_links();
    for (std::size_t i = 0; i < saga_.units.size(); ++i) {
      auto const next = i + 1 < saga_.units.size() ? name_of(saga_.units[i + 1]) : std::string();
      TRY(add_unit(saga_.units[i], next));
    }
    for (auto i = links_used_; i > 0; --i) TRY(add_undo(i - 1));
    add_fails();
    Object root(arena_);
    root.add("Comment", saga_.name.empty() ? std::string("A saga") : "The saga " + saga_.name);
    if (saga_.language == asl::QueryLanguage::kJsonata) root.add("QueryLanguage", "JSONata");
    root.add("StartAt", name_of(saga_.units.front())).add("States", states_.value());
    return json::print_pretty(root.value()) + "\n";
  }

 private:
  [[nodiscard]] auto is_json_path() const -> bool {
    return saga_.language == asl::QueryLanguage::kJsonPath;
  }

  static auto name_of(Unit const& unit) -> std::string {
    return unit.is_group() ? unit.group_name : unit.steps.front().name;
  }

  [[nodiscard]] auto text(std::string_view text) -> Value {
    return json::make_string(arena_, text);
  }

  auto check_resources() -> Result<void, LiteralError> {
    for (auto const& unit : saga_.units)
      for (auto const& step : unit.steps)
        for (auto const& resource : {std::optional(step.execute), step.compensate})
          if (resource && asl::parse_resource(*resource).verdict == asl::ResourceVerdict::kRefused)
            return std::unexpected(LiteralError{
                fmt::format("expected the ARN of a function, an activity or an integration in step "
                            "'{}', but not '{}'",
                            step.name, *resource),
                step.mark});
    return {};
  }

  void make_links() {
    std::vector<std::string> steps;
    std::vector<std::string> taken = {std::string(kSagaFailed),
                                      std::string(kSagaCompensationFailed)};
    bool is_after_pivot = false;
    for (auto const& unit : saga_.units) {
      if (unit.is_group()) taken.push_back(unit.group_name);
      for (auto const& step : unit.steps) {
        taken.push_back(step.name);
        if (!step.compensate || is_after_pivot) continue;
        links_.push_back({&step, {}, {}});
        steps.push_back(step.name);
      }
      is_after_pivot = is_after_pivot || unit.steps.front().is_pivot;
    }
    auto const names = names_after("Compensate", steps, taken);
    taken.insert(taken.end(), names.begin(), names.end());
    auto const parked = names_after("Park", steps, taken);
    for (std::size_t i = 0; i < links_.size(); ++i) {
      links_[i].name = names[i];
      links_[i].parked = parked[i];
    }
  }

  [[nodiscard]] auto link_of(Step const& step) const -> LinkIndex {
    for (std::size_t i = 0; i < links_.size(); ++i)
      if (links_[i].step == &step) return i;
    return std::nullopt;
  }

  // A way into the chain: the state's name. Marks it and all before it as used.
  auto enter(LinkIndex link) -> std::string {
    if (!link) return std::string(kSagaFailed);
    links_used_ = std::max(links_used_, *link + 1);
    return links_[*link].name;
  }

  // ---- Steps

  auto add_unit(Unit const& unit, std::string const& next) -> Result<void, LiteralError> {
    auto const before = last_link_;
    auto own = before;
    for (auto const& step : unit.steps)
      if (auto const link = link_of(step); link) own = std::max(own.value_or(0), *link);
    last_link_ = own;
    if (!unit.is_group()) {
      auto const& step = unit.steps.front();
      auto state = TRY(step_state(step));
      add_result(state, step.name, "$states.result");
      TRY(add_retries(state, step));
      states_.add(step.name, finish(std::move(state), catchers_of(step, before), next));
    } else {
      TRY(add_group(unit, own, next));
    }
    is_after_pivot_ = is_after_pivot_ || unit.steps.front().is_pivot;
    return {};
  }

  auto add_group(Unit const& unit, LinkIndex own, std::string const& next)
      -> Result<void, LiteralError> {
    std::vector<Value> branches;
    for (auto const& step : unit.steps) {
      auto state = TRY(step_state(step));
      TRY(add_retries(state, step));
      Object inner(arena_);
      inner.add(step.name, finish(std::move(state), std::nullopt, {}));
      branches.push_back(
          Object(arena_).add("StartAt", step.name).add("States", inner.value()).value());
    }
    Object out(arena_);
    out.add("Type", "Parallel").add("Branches", json::make_array(arena_, branches));
    add_group_result(out, unit);
    std::optional<Value> catchers;
    if (!is_after_pivot_) catchers = catch_list({catcher({"States.ALL"}, enter(own), "error")});
    states_.add(unit.group_name, finish(std::move(out), catchers, next));
    return {};
  }

  static auto finish(Object state, std::optional<Value> catchers, std::string const& next)
      -> Value {
    if (catchers) state.add("Catch", *catchers);
    if (next.empty())
      state.add("End", Value::boolean(true));
    else
      state.add("Next", next);
    return state.value();
  }

  auto step_state(Step const& step) -> Result<Object, LiteralError> {
    Object out(arena_);
    out.add("Type", "Task");
    if (auto const comment = comment_of(step); !comment.empty()) out.add("Comment", comment);
    out.add("Resource", step.execute);
    out.add(is_json_path() ? "Parameters" : "Arguments",
            TRY(call_arguments(arena_, saga_.language,
                               {.step = step.name,
                                .resource = step.execute,
                                .arguments = step.arguments ? &*step.arguments : nullptr,
                                .mark = step.mark})));
    if (step.timeout_seconds) out.add("TimeoutSeconds", *step.timeout_seconds);
    if (step.heartbeat_seconds) out.add("HeartbeatSeconds", *step.heartbeat_seconds);
    return out;
  }

  auto add_retries(Object& out, Step const& step) -> Result<void, LiteralError> {
    auto const retriers = TRY(retriers_of(step));
    if (!retriers.empty()) out.add("Retry", json::make_array(arena_, retriers));
    return {};
  }

  [[nodiscard]] auto comment_of(Step const& step) const -> std::string {
    CommentRoles roles;
    roles.is_read_only = step.is_read_only;
    roles.ignores_ambiguity = !step.is_read_only && step.on_ambiguous == OnAmbiguous::kIgnore;
    roles.answers_for_key = step.is_pivot && !step.compensate && !step.is_read_only;
    return to_comment(roles);
  }

  // Whether a path may name it without quotes.
  static auto is_plain(std::string_view name) -> bool {
    auto const is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return is_letter(name.front()) && std::ranges::all_of(name, [&](char c) {
             return is_letter(c) || (c >= '0' && c <= '9');
           });
  }

  // Puts the result under results, beside those before it. `result` is an expression of JSONata.
  void add_result(Object& out, std::string const& name, std::string const& result) {
    if (is_json_path())
      out.add("ResultPath", is_plain(name) ? fmt::format("$.results.{}", name)
                                           : fmt::format("$.results['{}']", name));
    else
      out.add("Output", fmt::format("{{% $merge([$states.input, {{'results': "
                                    "$merge([$states.input.results, {{'{}': {}}}])}}]) %}}",
                                    name, result));
  }

  // The results of its steps by their names.
  void add_group_result(Object& out, Unit const& unit) {
    Object selector(arena_);
    std::string members;
    for (std::size_t i = 0; i < unit.steps.size(); ++i) {
      auto const& name = unit.steps[i].name;
      selector.add(name + ".$", fmt::format("$[{}]", i));
      members += fmt::format("{}'{}': $states.result[{}]", i == 0 ? "" : ", ", name, i);
    }
    if (is_json_path()) out.add("ResultSelector", selector.value());
    add_result(out, unit.group_name, "{" + members + "}");
  }

  auto retriers_of(Step const& step) -> Result<std::vector<Value>, LiteralError> {
    if (is_after_pivot_) return std::vector<Value>{forever({"States.ALL"}, {})};
    std::vector<Value> out;
    if (step.is_pivot && !step.compensate && !step.is_read_only &&
        step.on_ambiguous == OnAmbiguous::kCompensate) {
      auto const resource = asl::parse_resource(step.execute).resource;
      if (others_are_ambiguous(resource))
        return std::unexpected(LiteralError{
            fmt::format("expected 'compensate' in the pivot '{}': which errors of '{}' mean that "
                        "nothing happened can't be told",
                        step.name, step.execute),
            step.mark});
      out.push_back(forever(ambiguous_names(step), {}));
    }
    for (auto const& rule : step.retry) out.push_back(retrier(rule));
    return out;
  }

  // The standard ones, and those that the step's own rules name.
  [[nodiscard]] auto ambiguous_names(Step const& step) const -> std::vector<std::string> {
    auto const resource = asl::parse_resource(step.execute).resource;
    std::vector<std::string> out;
    for (auto const name : ambiguous_errors(resource, saga_.language)) out.emplace_back(name);
    for (auto const& rule : step.retry)
      for (auto const& error : rule.errors)
        if (is_ambiguous(error) && std::ranges::find(out, error) == out.end()) out.push_back(error);
    return out;
  }

  [[nodiscard]] auto retries_ambiguous(Step const& step) const -> bool {
    auto const names = ambiguous_names(step);
    return std::ranges::any_of(step.retry, [&](RetryRule const& rule) {
      return rule.attempts_max > 0 && std::ranges::any_of(names, [&](std::string const& name) {
               return takes(rule.errors, {.text = name});
             });
    });
  }

  // A definite failure goes to the link before the step, an ambiguous one to the step's own. After an attempt that was
  // ambiguous no failure is definite any more.
  auto catchers_of(Step const& step, LinkIndex before) -> std::optional<Value> {
    if (is_after_pivot_) return std::nullopt;
    auto const own = link_of(step);
    bool const tells = own && step.on_ambiguous == OnAmbiguous::kCompensate;
    auto const resource = asl::parse_resource(step.execute).resource;
    if (tells && (others_are_ambiguous(resource) || retries_ambiguous(step)))
      return catch_list({catcher({"States.ALL"}, enter(own), "error")});
    std::vector<Value> out;
    if (tells) out.push_back(catcher(ambiguous_names(step), enter(own), "error"));
    out.push_back(catcher({"States.ALL"}, enter(before), "error"));
    return catch_list(out);
  }

  auto catch_list(std::vector<Value> const& catchers) -> Value {
    return json::make_array(arena_, catchers);
  }

  auto catcher(std::vector<std::string> const& errors, std::string const& next,
               std::string const& member) -> Value {
    Object out(arena_);
    out.add("ErrorEquals", texts_value(arena_, errors));
    if (is_json_path())
      out.add("ResultPath", "$." + member);
    else
      out.add(
          "Output",
          fmt::format("{{% $merge([$states.input, {{'{}': $states.errorOutput}}]) %}}", member));
    return out.add("Next", next).value();
  }

  // ---- Retries

  auto retrier(RetryRule const& rule) -> Value {
    Object out(arena_);
    out.add("ErrorEquals", texts_value(arena_, rule.errors));
    out.add("IntervalSeconds", rule.interval_seconds).add("MaxAttempts", rule.attempts_max);
    out.add("BackoffRate", json::make_number(arena_, rule.backoff_rate));
    if (rule.delay_seconds_max) out.add("MaxDelaySeconds", *rule.delay_seconds_max);
    if (rule.has_jitter) out.add("JitterStrategy", "FULL");
    return out.value();
  }

  auto forever(std::vector<std::string> const& errors, UndoRetry const& undo) -> Value {
    return retrier({.errors = errors,
                    .interval_seconds = undo.interval_seconds,
                    .attempts_max = kForeverAttempts,
                    .backoff_rate = undo.backoff_rate,
                    .delay_seconds_max = undo.delay_seconds_max.value_or(kUndoDelaySeconds),
                    .has_jitter = undo.has_jitter});
  }

  // ---- Compensations

  auto add_undo(std::size_t index) -> Result<void, LiteralError> {
    auto const& link = links_[index];
    auto const& step = *link.step;
    auto const next = index == 0 ? std::string(kSagaFailed) : links_[index - 1].name;
    Object out(arena_);
    CommentRoles roles;
    roles.undoes = {step.name};
    out.add("Type", "Task").add("Comment", to_comment(roles)).add("Resource", *step.compensate);
    out.add(is_json_path() ? "Parameters" : "Arguments",
            TRY(call_arguments(
                arena_, saga_.language,
                {.step = step.name,
                 .resource = *step.compensate,
                 .arguments = step.compensate_arguments ? &*step.compensate_arguments : nullptr,
                 .mark = step.mark})));
    if (step.timeout_seconds) out.add("TimeoutSeconds", *step.timeout_seconds);
    keep_input(out);
    auto const mode = saga_.on_compensation_failure;
    out.add("Retry", json::make_array(arena_, std::vector<Value>{undo_retrier(step)}));
    std::optional<Value> catchers;
    if (mode != OnCompensationFailure::kRetry)
      catchers = catch_list({catcher(
          {"States.ALL"},
          mode == OnCompensationFailure::kPark ? link.parked : std::string(kSagaCompensationFailed),
          "compensationError")});
    states_.add(link.name, finish(std::move(out), catchers, next));
    if (mode == OnCompensationFailure::kPark) add_parked(link, next);
    return {};
  }

  auto undo_retrier(Step const& step) -> Value {
    constexpr std::uint32_t kAttempts = 8;
    constexpr std::uint32_t kDelaySeconds = 300;
    auto const& undo = step.compensate_retry;
    if (saga_.on_compensation_failure == OnCompensationFailure::kRetry)
      return forever({"States.ALL"}, undo);
    return retrier({.errors = {"States.ALL"},
                    .interval_seconds = undo.interval_seconds,
                    .attempts_max = undo.attempts_max.value_or(kAttempts),
                    .backoff_rate = undo.backoff_rate,
                    .delay_seconds_max = undo.delay_seconds_max.value_or(kDelaySeconds),
                    .has_jitter = undo.has_jitter});
  }

  void keep_input(Object& out) {
    if (is_json_path())
      out.add("ResultPath", Value());
    else
      out.add("Output", "{% $states.input %}");
  }

  // What the operator says settles it: success goes on, failure tries the compensation again.
  void add_parked(Link const& link, std::string const& next) {
    Object out(arena_);
    CommentRoles roles;
    roles.undoes = {link.step->name};
    roles.is_operator = true;
    out.add("Type", "Task").add("Comment", to_comment(roles));
    add_park_call(arena_, saga_.language, {.park = *saga_.park, .step = link.step->name}, out);
    keep_input(out);
    states_.add(
        link.parked,
        finish(std::move(out),
               catch_list({catcher({"States.ALL"}, link.name, "compensationError")}), next));
  }

  void add_fails() {
    Object failed(arena_);
    failed.add("Type", "Fail");
    // A task that failed without an error or a cause leaves null, which Fail doesn't take.
    if (is_json_path())
      failed.add("ErrorPath", "States.Format('{}', $.error.Error)")
          .add("CausePath", "States.Format('{}', $.error.Cause)");
    else
      failed.add("Error", "{% $string($states.input.error.Error) %}")
          .add("Cause", "{% $string($states.input.error.Cause) %}");
    states_.add(kSagaFailed, failed.value());
    if (saga_.on_compensation_failure != OnCompensationFailure::kFail || links_used_ == 0) return;
    Object stuck(arena_);
    stuck.add("Type", "Fail").add("Error", kSagaCompensationFailed);
    if (is_json_path())
      stuck.add("CausePath",
                "States.Format('compensation: {}; saga: {}', "
                "States.JsonToString($.compensationError), States.JsonToString($.error))");
    else
      stuck.add("Cause",
                "{% 'compensation: ' & $string($states.input.compensationError) & '; saga: ' & "
                "$string($states.input.error) %}");
    states_.add(kSagaCompensationFailed, stuck.value());
  }

  Saga const& saga_;
  json::Arena arena_;
  Object states_;
  std::vector<Link> links_;      // in the order of the steps
  std::size_t links_used_ = 0;   // the first ones; no way leads to the others
  LinkIndex last_link_;          // of the steps added so far
  bool is_after_pivot_ = false;  // of the step that is added next
};

}  // namespace

auto compile(Saga const& saga) -> Result<std::string, LiteralError> {
  auto text = TRY(Compiler(saga).compile());
  for (auto const& diagnostic : asl::parse_definition(text).diagnostics)
    return std::unexpected(LiteralError{fmt::format("the compiled saga is not valid: {} at {}",
                                                    diagnostic.message, diagnostic.location),
                                        saga.units.front().steps.front().mark});
  return text;
}

}  // namespace treadle::saga
