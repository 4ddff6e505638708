#include <set>

#include "treadle/base/limits.h"
#include "treadle/base/utf8.h"
#include "treadle/saga/compile.h"
#include "treadle/saga/definition.h"
#include "treadle/saga/fields.h"
#include "treadle/saga/park.h"

namespace treadle::saga {
namespace {

constexpr FieldReader::Range kSeconds{1, static_cast<std::uint32_t>(limits::kTimerSecondsMax)};
constexpr FieldReader::Range kDelay{1, 31'622'399};
constexpr FieldReader::Range kAttempts{0, 99'999'999};

// "reserve-inventory" and the seed-like "arn:aws:lambda:...:reserve-inventory" name functions; all else is a resource
// as it stands.
auto complete(std::string const& resource, Account const& account) -> std::string {
  constexpr std::string_view kShort = "arn:aws:lambda:...:";
  std::string_view name = resource;
  if (name.starts_with(kShort)) {
    name.remove_prefix(kShort.size());
    if (name.starts_with("function:")) name.remove_prefix(9);
  } else if (resource.find(':') != std::string::npos) {
    return resource;
  }
  return fmt::format("arn:aws:lambda:{}:{}:function:{}", account.region, account.number, name);
}

class Reader {
 public:
  Reader(std::string file, Account const& account) : fields_(std::move(file)), account_(account) {}

  auto read(Literal const& root) -> Read<Saga> {
    Saga saga;
    auto const* steps = &root;
    if (root.kind != Literal::Kind::kList) {
      TRY(fields_.check_keys(
          root, {"name", "steps", "onCompensationFailure", "park", "queryLanguage", "comment"}));
      TRY(read_settings(root, saga));
      steps = FieldReader::given(root, "steps");
      if (steps == nullptr) return fields_.refuse(root.mark, "expected 'steps': a list of steps");
    }
    if (steps->kind != Literal::Kind::kList || steps->elements.empty())
      return fields_.refuse(steps->mark, "expected a list of at least one step");
    bool is_after_pivot = false;
    for (auto const& element : steps->elements) {
      saga.units.push_back(TRY(read_unit(element, saga)));
      auto const& steps_read = saga.units.back().steps;
      for (auto const& step : steps_read) TRY(check_step(step, saga, is_after_pivot));
      is_after_pivot = is_after_pivot || steps_read.front().is_pivot;
    }
    return saga;
  }

 private:
  auto read_settings(Literal const& root, Saga& saga) -> Read<void> {
    saga.name = TRY(fields_.text(root, "name")).value_or("");
    saga.park = TRY(fields_.text(root, "park"));
    auto const failure = TRY(word(root, "onCompensationFailure", {"retry", "park", "fail"}));
    if (failure == "park") saga.on_compensation_failure = OnCompensationFailure::kPark;
    if (failure == "fail") saga.on_compensation_failure = OnCompensationFailure::kFail;
    if (failure == "park" && !saga.park)
      saga.park = fmt::format("arn:aws:states:{}:{}:activity:{}", account_.region, account_.number,
                              saga.name.empty() ? "parked-sagas" : saga.name + "-parked");
    if (saga.park && !is_park_target(*saga.park))
      return fields_.refuse(root.find("park") != nullptr ? root.find("park")->mark : root.mark,
                            fmt::format("expected the ARN of an activity, a function or a topic, "
                                        "or the URL of a queue as 'park', but not '{}'",
                                        *saga.park));
    if (failure != "park" && saga.park)
      return fields_.refuse(root.find("park")->mark,
                            "expected 'park' only beside 'onCompensationFailure: park'");
    if (TRY(word(root, "queryLanguage", {"JSONPath", "JSONata"})) == "JSONata")
      saga.language = asl::QueryLanguage::kJsonata;
    return {};
  }

  // One of `words`, or nothing.
  auto word(Literal const& map, std::string_view key, std::vector<std::string_view> const& words)
      -> Read<std::string> {
    auto const text = TRY(fields_.text(map, key));
    if (text && std::ranges::find(words, *text) == words.end())
      return fields_.refuse(map.find(key)->mark, fmt::format("expected {} as '{}', but not '{}'",
                                                             fmt::join(words, " or "), key, *text));
    return text.value_or("");
  }

  auto read_unit(Literal const& element, Saga const& saga) -> Read<Unit> {
    if (element.find("parallel") == nullptr) return Unit{{}, {TRY(read_step(element))}};
    TRY(fields_.check_keys(element, {"name", "parallel"}));
    auto const& list = *element.find("parallel");
    if (list.kind != Literal::Kind::kList || list.elements.empty())
      return fields_.refuse(list.mark, "expected a list of steps as 'parallel'");
    Unit unit;
    unit.group_name =
        TRY(fields_.text(element, "name")).value_or(fmt::format("Group{}", 1 + count_groups(saga)));
    TRY(take_name(unit.group_name, element.mark));
    for (auto const& member : list.elements) {
      if (member.find("parallel") != nullptr)
        return fields_.refuse(member.mark, "expected a step: a group can't stand in a group");
      unit.steps.push_back(TRY(read_step(member)));
      if (unit.steps.back().is_pivot)
        return fields_.refuse(member.mark,
                              "expected no pivot in a group: make it a step of its own");
    }
    return unit;
  }

  static auto count_groups(Saga const& saga) -> std::size_t {
    return static_cast<std::size_t>(
        std::ranges::count_if(saga.units, [](Unit const& unit) { return unit.is_group(); }));
  }

  // Names stand in paths, expressions and Comments of the compiled saga.
  auto take_name(std::string const& name, Mark at) -> Read<void> {
    auto const is_plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view(" _-.").contains(c);
    };
    bool const has_edges = name.front() != ' ' && name.back() != ' ';
    if (!std::ranges::all_of(name, is_plain) || !has_edges ||
        name.find_first_not_of(" _-.") == std::string::npos)
      return fields_.refuse(at, fmt::format("expected a name of letters, digits, blanks and _ - . "
                                            "instead of '{}'",
                                            name));
    if (utf8::count_code_points(name) > limits::kNameChars)
      return fields_.refuse(
          at, fmt::format("expected a name of at most {} characters", limits::kNameChars));
    if (name == kSagaFailed || name == kSagaCompensationFailed)
      return fields_.refuse(at, fmt::format("expected another name than '{}', which the compiled "
                                            "saga uses itself",
                                            name));
    if (!names_.insert(name).second)
      return fields_.refuse(at, fmt::format("expected the name '{}' only once", name));
    if (names_.size() > kStepsMax)
      return fields_.refuse(at, fmt::format("expected at most {} steps", kStepsMax));
    return {};
  }

  auto read_step(Literal const& element) -> Read<Step> {
    TRY(fields_.check_keys(
        element,
        {"name", "execute", "compensate", "arguments", "compensateArguments", "timeoutSeconds",
         "heartbeatSeconds", "retry", "compensateRetry", "pivot", "onAmbiguous", "comment"}));
    Step step;
    step.mark = element.mark;
    auto const name = TRY(fields_.text(element, "name"));
    if (!name) return fields_.refuse(element.mark, "expected 'name': what the step is called");
    step.name = *name;
    TRY(take_name(step.name, element.find("name")->mark));
    auto const execute = TRY(fields_.text(element, "execute"));
    if (!execute)
      return fields_.refuse(element.mark, fmt::format("expected 'execute' in step '{}': the ARN of "
                                                      "a function or another resource",
                                                      step.name));
    step.execute = complete(*execute, account_);
    step.compensate = TRY(fields_.text(element, "compensate"));
    step.is_read_only = step.compensate == "none";
    if (step.is_read_only) step.compensate.reset();
    if (step.compensate) step.compensate = complete(*step.compensate, account_);
    step.is_pivot = TRY(fields_.flag(element, "pivot"));
    if (TRY(word(element, "onAmbiguous", {"compensate", "ignore"})) == "ignore")
      step.on_ambiguous = OnAmbiguous::kIgnore;
    TRY(read_arguments(element, step));
    step.timeout_seconds = TRY(fields_.number(element, "timeoutSeconds", kSeconds));
    step.heartbeat_seconds = TRY(fields_.number(element, "heartbeatSeconds", kSeconds));
    if (step.heartbeat_seconds &&
        *step.heartbeat_seconds >= step.timeout_seconds.value_or(kSeconds.max))
      return fields_.refuse(element.find("heartbeatSeconds")->mark,
                            "expected fewer seconds as 'heartbeatSeconds' than as "
                            "'timeoutSeconds'");
    TRY(read_retries(element, step));
    return step;
  }

  auto read_arguments(Literal const& element, Step& step) -> Read<void> {
    for (auto const* key : {"arguments", "compensateArguments"}) {
      auto const* value = FieldReader::given(element, key);
      if (value == nullptr) continue;
      if (value->kind != Literal::Kind::kMap)
        return fields_.refuse(value->mark, fmt::format("expected a map as '{}'", key));
      (key == std::string_view("arguments") ? step.arguments : step.compensate_arguments) = *value;
    }
    return {};
  }

  auto read_retries(Literal const& element, Step& step) -> Read<void> {
    if (auto const* retry = FieldReader::given(element, "retry"); retry != nullptr) {
      if (retry->kind == Literal::Kind::kList)
        for (auto const& rule : retry->elements) step.retry.push_back(TRY(read_rule(rule)));
      else
        step.retry.push_back(TRY(read_rule(*retry)));
      for (std::size_t i = 0; i + 1 < step.retry.size(); ++i)
        if (step.retry[i].errors.front() == "States.ALL")
          return fields_.refuse(retry->elements[i].mark,
                                "expected the rule for all errors to be the last one");
    }
    auto const* undo = FieldReader::given(element, "compensateRetry");
    if (undo == nullptr) return {};
    TRY(fields_.check_keys(
        *undo, {"intervalSeconds", "maxAttempts", "backoffRate", "maxDelaySeconds", "jitter"}));
    UndoRetry out;
    out.interval_seconds =
        TRY(fields_.number(*undo, "intervalSeconds", kSeconds)).value_or(out.interval_seconds);
    out.attempts_max = TRY(fields_.number(*undo, "maxAttempts", {1, kAttempts.max}));
    out.backoff_rate = TRY(fields_.rate(*undo, "backoffRate", out.backoff_rate));
    out.delay_seconds_max = TRY(fields_.number(*undo, "maxDelaySeconds", kDelay));
    out.has_jitter = TRY(fields_.flag(*undo, "jitter", true));
    step.compensate_retry = out;
    return {};
  }

  auto read_rule(Literal const& rule) -> Read<RetryRule> {
    TRY(fields_.check_keys(rule, {"errors", "intervalSeconds", "maxAttempts", "backoffRate",
                                  "maxDelaySeconds", "jitter"}));
    RetryRule out;
    if (auto const* errors = FieldReader::given(rule, "errors"); errors != nullptr)
      out.errors = TRY(fields_.texts(*errors, "the name of an error"));
    else
      out.errors = {"States.ALL"};
    if (out.errors.size() > 1 && std::ranges::find(out.errors, "States.ALL") != out.errors.end())
      return fields_.refuse(rule.mark, "expected States.ALL to stand alone in 'errors'");
    out.interval_seconds =
        TRY(fields_.number(rule, "intervalSeconds", kSeconds)).value_or(out.interval_seconds);
    out.attempts_max =
        TRY(fields_.number(rule, "maxAttempts", kAttempts)).value_or(out.attempts_max);
    out.backoff_rate = TRY(fields_.rate(rule, "backoffRate", out.backoff_rate));
    out.delay_seconds_max = TRY(fields_.number(rule, "maxDelaySeconds", kDelay));
    out.has_jitter = TRY(fields_.flag(rule, "jitter", true));
    return out;
  }

  // What only the whole saga can tell.
  auto check_step(Step const& step, Saga const& saga, bool is_after_pivot) -> Read<void> {
    if (step.is_pivot && is_after_pivot)
      return fields_.refuse(
          step.mark, fmt::format("expected only one pivot, but '{}' is a second", step.name));
    if (!step.compensate && !step.is_read_only && !step.is_pivot && !is_after_pivot)
      return fields_.refuse(step.mark,
                            fmt::format("expected 'compensate' in step '{}': what undoes it, or "
                                        "'compensate: none' if it leaves nothing to undo",
                                        step.name));
    auto const& undo = step.compensate_retry;
    if (saga.on_compensation_failure != OnCompensationFailure::kRetry) return {};
    if (undo.attempts_max)
      return fields_.refuse(step.mark,
                            "expected no 'maxAttempts' in 'compensateRetry' beside "
                            "'onCompensationFailure: retry', which never gives up");
    if (undo.delay_seconds_max.value_or(kUndoDelaySeconds) < kForeverDelaySeconds)
      return fields_.refuse(
          step.mark, fmt::format("expected at least {} as 'maxDelaySeconds' of 'compensateRetry': "
                                 "an execution has room for 25,000 events",
                                 kForeverDelaySeconds));
    if (undo.backoff_rate == 1.0 && undo.interval_seconds < kForeverDelaySeconds)
      return fields_.refuse(step.mark,
                            "expected a 'backoffRate' above 1 in 'compensateRetry': an "
                            "execution has room for 25,000 events");
    return {};
  }

  FieldReader fields_;
  Account account_;
  std::set<std::string> names_;
};

}  // namespace

auto read_saga(std::string const& text, std::string const& file, Account const& account)
    -> Result<Saga, std::string> {
  auto const root = parse_literal(text);
  if (!root) return FieldReader(file).refuse(root.error().mark, root.error().message);
  return Reader(file, account).read(*root);
}

auto looks_like_saga(std::string const& text) -> bool {
  auto const root = parse_literal(text);
  if (!root) return text.find("\"StartAt\"") == std::string::npos;
  return root->kind == Literal::Kind::kList || root->find("steps") != nullptr ||
         root->find("States") == nullptr;
}

}  // namespace treadle::saga
