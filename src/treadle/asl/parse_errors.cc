// Retry and Catch. Source: Amazon States Language, "Errors".
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/jsonata_values.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/asl/variable_scopes.h"
#include "treadle/base/error_names.h"
#include "treadle/base/limits.h"

namespace treadle::asl {
namespace {

constexpr auto kSecondsMax = static_cast<std::int64_t>(limits::kTimerSecondsMax);
constexpr Range kIntervalRange{1, kSecondsMax};
constexpr Range kAttemptsRange{0, 99'999'999};
constexpr Range kDelayRange{1, 31'622'399};

// States.ALL stands for everything, so it may neither have company nor be followed.
enum class Place : std::uint8_t { kLast, kEarlier };

void check_wildcard(std::vector<std::string> const& names, Place place, Location const& where,
                    Report& report) {
  if (std::ranges::find(names, errors::kAll) == names.end()) return;
  if (names.size() > 1) report.error(where, "States.ALL must appear alone");
  if (place == Place::kEarlier) report.error(where, "States.ALL must be in the last element");
}

auto read_error_equals(Fields const& fields, Place place, Report& report)
    -> std::vector<std::string> {
  std::vector<std::string> names;
  auto const where = fields.at("ErrorEquals");
  auto const list = fields.list("ErrorEquals");
  auto const* value = fields.find("ErrorEquals");
  if (value != nullptr && value->is_array() && list.empty())
    report.error(where, std::string(kEmptyValueMessage));
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_string())
      names.emplace_back(list[i].as_string());
    else
      report.error(where[i], expected_type_message("String"));
  }
  check_wildcard(names, place, where, report);
  return names;
}

auto read_backoff_rate(Fields const& fields, Report& report) -> double {
  constexpr double kDefault = 2.0;
  auto const rate = fields.number("BackoffRate");
  if (!rate) return kDefault;
  if (*rate >= 1.0) return *rate;
  report.error(fields.at("BackoffRate"), "Value must be at least 1.0");
  return kDefault;
}

auto parse_retrier(Fields const& fields, Place place, Report& report) -> Retrier {
  Retrier retrier;
  check_shape(fields, Shape::kRetrier, report);
  retrier.error_equals = read_error_equals(fields, place, report);
  if (auto const seconds = read_integer(fields, "IntervalSeconds", kIntervalRange, report); seconds)
    retrier.interval_seconds = static_cast<std::uint32_t>(*seconds);
  if (auto const attempts = read_integer(fields, "MaxAttempts", kAttemptsRange, report); attempts)
    retrier.attempts_max = static_cast<std::uint32_t>(*attempts);
  if (auto const delay = read_integer(fields, "MaxDelaySeconds", kDelayRange, report); delay)
    retrier.delay_seconds_max = static_cast<std::uint32_t>(*delay);
  retrier.backoff_rate = read_backoff_rate(fields, report);
  if (read_choice(fields, "JitterStrategy", {"NONE", "FULL"}, report) == "FULL")
    retrier.jitter = Jitter::kFull;
  return retrier;
}

auto parse_catcher(Parsing& parsing, Scope const& scope, Fields const& fields, Place place,
                   std::size_t index) -> Catcher {
  auto& report = parsing.report;
  check_shape(fields, Shape::kCatcher, report);
  Catcher catcher;
  catcher.error_equals = read_error_equals(fields, place, report);
  auto const next = fields.text("Next");
  catcher.next = next ? scope.resolve(*next, fields.at("Next"), parsing) : kNoState;
  catcher.result_path = read_result_path(fields, report);
  auto const prefix = fmt::format("Catch[{}]/", index);
  catcher.assign = read_assign(fields, prefix, report, StatesMember::kErrorOutput);
  note_assigned(parsing, scope, fields);
  catcher.output =
      read_jsonata_template(fields, prefix, "Output", report, StatesMember::kErrorOutput);
  return catcher;
}

// Calls `parse` with the Fields and the Place of every element that is an object.
template <typename Parse>
void for_each_element(Fields const& fields, std::string_view name, Report& report, Parse parse) {
  auto const list = fields.list(name);
  auto const where = fields.at(name);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_object())
      parse(Fields(list[i], where[i], fields.language()),
            i + 1 == list.size() ? Place::kLast : Place::kEarlier);
    else
      report.error(where[i], expected_type_message("Object"));
  }
}

}  // namespace

auto parse_retriers(Parsing& parsing, Fields const& fields) -> std::vector<Retrier> {
  std::vector<Retrier> retriers;
  for_each_element(fields, "Retry", parsing.report, [&](Fields const& element, Place place) {
    retriers.push_back(parse_retrier(element, place, parsing.report));
  });
  return retriers;
}

auto parse_catchers(Parsing& parsing, Scope const& scope, Fields const& fields)
    -> std::vector<Catcher> {
  std::vector<Catcher> catchers;
  for_each_element(fields, "Catch", parsing.report, [&](Fields const& element, Place place) {
    catchers.push_back(parse_catcher(parsing, scope, element, place, catchers.size()));
  });
  return catchers;
}

}  // namespace treadle::asl
