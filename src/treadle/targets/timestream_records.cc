#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/print.h"
#include "treadle/targets/timestream.h"

namespace treadle::targets {

struct Timestream::Record {
  std::int64_t time = 0;  // nanoseconds
  std::string measure_name;
  std::string value;  // of MULTI the JSON of its MeasureValues
  std::string type;
  std::string dimensions;  // JSON object, names sorted
  std::int64_t version = 1;
};

namespace {

constexpr std::size_t kRecordsMax = 100;
constexpr std::size_t kDimensionsMax = 128;

// The record's own member, else that of the common attributes.
auto merged(json::Value record, json::Value common, std::string_view name) -> std::string_view {
  return record.find(name) != nullptr ? member_text(record, name) : member_text(common, name);
}

auto nanoseconds(std::int64_t time, std::string_view unit) -> std::optional<std::int64_t> {
  std::int64_t const factor = unit == "NANOSECONDS"    ? 1
                              : unit == "MICROSECONDS" ? 1'000
                              : unit == "SECONDS"      ? 1'000'000'000
                                                       : 1'000'000;
  std::int64_t out = 0;
  if (time < 0 || __builtin_mul_overflow(time, factor, &out)) return std::nullopt;
  return out;
}

// Both lists of dimensions in one object; nullopt where one name stands in both or has no value.
auto dimensions(json::Value record, json::Value common) -> std::optional<std::string> {
  std::map<std::string_view, std::string_view> all;
  for (auto const& from : {common, record}) {
    auto const* const list = from.find("Dimensions");
    if (list == nullptr || !list->is_array()) continue;
    for (auto const& one : list->elements())
      if (!all.emplace(member_text(one, "Name"), member_text(one, "Value")).second)
        return std::nullopt;
  }
  if (all.size() > kDimensionsMax || all.contains("")) return std::nullopt;
  Object out;
  for (auto const& [name, value] : all) out.text(name, value);
  return out.str();
}

auto fits(std::string_view type, std::string_view value) -> bool {
  if (type == "BIGINT" || type == "TIMESTAMP") return parse_int(value).has_value();
  if (type == "BOOLEAN") return value == "true" || value == "false" || value == "1" || value == "0";
  if (type == "DOUBLE")
    return !value.empty() &&
           value.find_first_not_of("0123456789+-.eEINFinfyatNA") == std::string_view::npos;
  return type == "VARCHAR";
}

}  // namespace

auto Timestream::check_version(std::string_view database, std::string_view table,
                               Record const& record) -> std::optional<Rejected> {
  auto rows = database_.query(
      "select version,measure_value,measure_type from records where database=? and \"table\"=? and "
      "measure_name=? and time=? and dimensions=?",
      database, table, record.measure_name, record.time, record.dimensions);
  if (!rows.next()) return std::nullopt;
  auto const existing = rows.integer(0);
  if (record.version > existing) return std::nullopt;
  bool const is_same = rows.text(1) == record.value && rows.text(2) == record.type;
  if (record.version == existing && is_same) return std::nullopt;
  return Rejected{
      fmt::format("The record version {} is lower than the existing version {}. A higher "
                  "version is required to update the measure value.",
                  record.version, existing),
      existing};
}

auto Timestream::write(std::string_view database, std::string_view table, Record const& record)
    -> std::optional<Rejected> {
  // Most are new.
  auto const is_new = database_.run("insert or ignore into records values(?,?,?,?,?,?,?,?)",
                                    database, table, record.time, record.measure_name, record.value,
                                    record.type, record.dimensions, record.version) == 1;
  if (is_new) return std::nullopt;
  if (auto rejected = check_version(database, table, record)) return rejected;
  database_.run("insert or replace into records values(?,?,?,?,?,?,?,?)", database, table,
                record.time, record.measure_name, record.value, record.type, record.dimensions,
                record.version);
  return std::nullopt;
}

auto Timestream::write_records(json::Value request) -> Answer {
  auto const database = member_text(request, "DatabaseName");
  auto const table = member_text(request, "TableName");
  bool const is_known = has_table(database, table);
  if (!is_known && !has_database(database))
    return refuse("ResourceNotFoundException",
                  fmt::format("The database {} does not exist.", database));
  if (!is_known)
    return refuse("ResourceNotFoundException", fmt::format("The table {} does not exist.", table));
  auto const* const records = request.find("Records");
  if (records == nullptr || !records->is_array() || records->size() == 0 ||
      records->size() > kRecordsMax)
    return refuse("ValidationException",
                  fmt::format("Records must have 1 to {} entries.", kRecordsMax));
  auto const* const given = request.find("CommonAttributes");
  auto const common = given == nullptr ? json::Value() : *given;
  std::string rejected = "[";
  std::int64_t count = 0;
  for (std::size_t i = 0; i < records->size(); ++i) {
    auto const one = records->elements()[i];
    auto const unit = merged(one, common, "TimeUnit");
    auto const time = parse_int(merged(one, common, "Time"));
    auto const at = time ? nanoseconds(*time, unit) : std::nullopt;
    auto const own = dimensions(one, common);
    Record record{.time = at.value_or(0),
                  .measure_name = std::string(merged(one, common, "MeasureName")),
                  .value = std::string(merged(one, common, "MeasureValue")),
                  .type = std::string(merged(one, common, "MeasureValueType")),
                  .dimensions = own.value_or(""),
                  .version = parse_int(merged(one, common, "Version")).value_or(1)};
    if (record.type.empty()) record.type = "DOUBLE";
    bool is_good = fits(record.type, record.value);
    if (record.type == "MULTI") {
      auto const* values = one.find("MeasureValues");
      if (values == nullptr) values = common.find("MeasureValues");
      is_good = values != nullptr && values->is_array() && values->size() > 0 &&
                std::ranges::all_of(values->elements(), [](json::Value v) {
                  return !member_text(v, "Name").empty() &&
                         fits(member_text(v, "Type"), member_text(v, "Value"));
                });
      if (is_good) record.value = json::print(*values);
    }
    std::optional<Rejected> problem;
    if (!at)
      problem = Rejected{"The record timestamp is not a time since 1970."};
    else if (!own)
      problem = Rejected{"Duplicate or empty dimension names."};
    else if (record.measure_name.empty())
      problem = Rejected{"The measure name is empty."};
    else if (!is_good)
      problem = Rejected{"The measure value does not fit its type."};
    else
      problem = write(database, table, record);
    if (!problem) {
      ++count;
      continue;
    }
    Object out;
    out.number("RecordIndex", static_cast<std::int64_t>(i)).text("Reason", problem->reason);
    if (problem->existing_version >= 0) out.number("ExistingVersion", problem->existing_version);
    append_element(rejected, out.str());
  }
  if (rejected != "[") return refuse("RejectedRecordsException", rejected + "]");
  return Object()
      .raw("RecordsIngested", Object()
                                  .number("Total", count)
                                  .number("MemoryStore", count)
                                  .number("MagneticStore", 0)
                                  .str())
      .str();
}

}  // namespace treadle::targets
