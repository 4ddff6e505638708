#include "treadle/api/actions/state_test_answer.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "treadle/api/object_writer.h"
#include "treadle/json/print.h"

namespace treadle::api {
namespace {

using interpreter::Inspection;
using interpreter::Left;
using interpreter::Stage;
using interpreter::StateTestEnd;

auto status_name(Left how) -> std::string_view {
  switch (how) {
    case Left::kSucceeded: return "SUCCEEDED";
    case Left::kFailed: return "FAILED";
    case Left::kToBeRetried: return "RETRIABLE";
    case Left::kCaught: return "CAUGHT_ERROR";
  }
  return "";
}

// Recorded: a Map's items stand there with a blank behind each comma, each printed compactly.
auto item_list(json::Value items) -> std::string {
  if (!items.is_array()) return json::print(items);
  std::string out = "[";
  for (auto const& item : items.elements()) {
    if (out.size() > 1) out += ", ";
    json::append(out, item);
  }
  return out + "]";
}

auto error_details(StateTestEnd const& end, Inspection const& inspection) -> std::string {
  ObjectWriter out;
  bool any = false;
  auto const add = [&](std::string_view name, std::optional<std::uint64_t> value) {
    if (!value) return;
    out.number(name, *value);
    any = true;
  };
  add("catchIndex", end.catcher);
  add("retryIndex", inspection.retrier);
  if (end.retry_delay)
    add("retryBackoffIntervalSeconds",
        static_cast<std::uint64_t>(
            std::chrono::ceil<std::chrono::seconds>(*end.retry_delay).count()));
  return any ? out.take() : std::string();
}

void add_stages(ObjectWriter& out, Inspection const& inspection) {
  constexpr std::pair<Stage, char const*> kNames[] = {
      {Stage::kAfterInputPath, "afterInputPath"},
      {Stage::kAfterParameters, "afterParameters"},
      {Stage::kAfterArguments, "afterArguments"},
      {Stage::kAfterItemsPath, "afterItemsPath"},
      {Stage::kAfterItemsPointer, "afterItemsPointer"},
      {Stage::kAfterItemSelector, "afterItemSelector"},
      {Stage::kResult, "result"},
      {Stage::kAfterResultSelector, "afterResultSelector"},
      {Stage::kAfterResultPath, "afterResultPath"}};
  for (auto const& [stage, name] : kNames) {
    auto const value = inspection.at(stage);
    if (!value) continue;
    bool const items = stage == Stage::kAfterItemsPath || stage == Stage::kAfterItemsPointer ||
                       stage == Stage::kAfterItemSelector;
    out.text(name, items ? item_list(*value) : json::print(*value));
  }
}

// A float with its point, as AWS writes it.
auto float_text(double value) -> std::string {
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

auto inspection_data(interpreter::StateTest const& test, StateTestEnd const& end) -> std::string {
  auto const& inspection = test.inspection();
  ObjectWriter out;
  out.text("input", test.tested().input);
  add_stages(out, inspection);
  if (auto const& map = inspection.map) {
    out.number("maxConcurrency", map->concurrency_max);
    if (map->failures_tolerated) out.number("toleratedFailureCount", *map->failures_tolerated);
    if (map->percentage_tolerated)
      out.raw("toleratedFailurePercentage", float_text(*map->percentage_tolerated));
  }
  out.text("variables", end.variables);
  if (auto const details = error_details(end, inspection); !details.empty())
    out.raw("errorDetails", details);
  return out.take();
}

}  // namespace

auto state_test_answer(interpreter::StateTest& test, asl::Definition const& definition,
                       bool inspect) -> std::string {
  auto const end = *test.end();
  ObjectWriter out;
  out.text("output", end.output).text("error", end.error).text("cause", end.cause);
  if (inspect) out.raw("inspectionData", inspection_data(test, end));
  if (end.next) out.text("nextState", definition.state(*end.next).name);
  return out.text("status", status_name(end.how)).take();
}

}  // namespace treadle::api
