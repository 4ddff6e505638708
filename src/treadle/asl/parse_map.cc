// The Map state. Source: Amazon States Language, "Map State"; Developer Guide, "Distributed Map".
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/express_rules.h"
#include "treadle/asl/jsonata_values.h"
#include "treadle/asl/map_storage.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"

namespace treadle::asl {
namespace {

constexpr Range kCountRange{0, std::numeric_limits<std::int32_t>::max()};
constexpr std::size_t kLabelChars = 40;

struct ProcessorMode {
  MapMode mode = MapMode::kInline;
  MachineType type = MachineType::kStandard;  // of the executions that run the iterations
};

auto parse_mode(Scope const& scope, Fields const& processor, Report& report) -> ProcessorMode {
  ProcessorMode parsed{MapMode::kInline, scope.type};
  auto const config = processor.object("ProcessorConfig");
  if (!config) return parsed;
  check_shape(*config, Shape::kProcessorConfig, report);
  auto const mode = read_choice(*config, "Mode", {"INLINE", "DISTRIBUTED"}, report);
  auto const type = read_choice(*config, "ExecutionType", {"STANDARD", "EXPRESS"}, report);
  if (mode != "DISTRIBUTED") return parsed;
  parsed.mode = MapMode::kDistributed;
  check_express_map(scope.type, parsed.mode, *config, report);
  if (!config->has("ExecutionType"))
    report.error(config->where(), required_fields_message("ExecutionType"));
  parsed.type = type == "EXPRESS" ? MachineType::kExpress : MachineType::kStandard;
  return parsed;
}

// ItemProcessor, or Iterator as it was once called.
void parse_processor(Parsing& parsing, Scope const& scope, StateIndex index, Fields const& fields,
                     Map& map) {
  check_at_most_one(fields, {"ItemProcessor", "Iterator"}, parsing.report);
  if (!fields.has("ItemProcessor") && !fields.has("Iterator")) {
    parsing.report.error(fields.where(), required_fields_message("ItemProcessor"));
    return;
  }
  auto const processor =
      fields.has("ItemProcessor") ? fields.object("ItemProcessor") : fields.object("Iterator");
  if (!processor) return;
  check_shape(*processor, Shape::kProcessor, parsing.report);
  auto const mode = parse_mode(scope, *processor, parsing.report);
  map.mode = mode.mode;
  map.processor = parse_region(parsing, *processor, {index, mode.type, scope.depth + 1});
}

// A label becomes part of ARNs.
auto is_label(std::string_view label) -> bool {
  constexpr std::string_view kForbidden = "<>{}[]?*\"#%\\^|~`$&,;:/ ";
  auto const is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !label.empty() && label.size() <= kLabelChars &&
         label.find_first_of(kForbidden) == std::string_view::npos &&
         std::ranges::none_of(label, is_control);
}

void check_label(Parsing& parsing, Fields const& fields) {
  auto const label = fields.text("Label");
  if (!label) return;
  auto const where = fields.at("Label");
  if (!is_label(*label))
    parsing.report.error(
        Code::kInvalidLabelName, where,
        fmt::format("Label must have between 1 and {} characters, without white space or "
                    "special characters",
                    kLabelChars));
  if (!parsing.labels.insert(*label).second)
    parsing.report.error(Code::kDuplicateLabelName, where,
                         fmt::format("Duplicate Label name: {}", *label));
}

// DIFFERS: they say nothing about a Map that runs in its parent. Published workflows have them
// there all the same.
void check_distributed_fields(Parsing& parsing, Fields const& fields, MapMode mode) {
  if (mode == MapMode::kDistributed) return;
  for (auto const name : {"ItemReader", "ItemBatcher", "ResultWriter", "Label"}) {
    if (!fields.has(name)) continue;
    auto message = fmt::format("Field '{}' is only used by a Map state in DISTRIBUTED mode", name);
    if (parsing.options.strict_aws)
      parsing.report.error(fields.where(), std::move(message));
    else
      parsing.report.warning(Code::kSchemaValidationFailed, fields.where(), std::move(message));
  }
}

void read_tolerance(Fields const& fields, Map& map, Report& report) {
  constexpr std::string_view kPercentage = "ToleratedFailurePercentage";
  constexpr std::string_view kPath = "ToleratedFailurePercentagePath";
  map.tolerated_failure_count =
      read_number_field(fields, "ToleratedFailureCount", kCountRange, report);
  check_at_most_one(fields, {kPercentage, kPath}, report);
  map.tolerated_failure_percentage = fields.number(kPercentage);
  map.tolerated_failure_percentage_path = read_reference_path(fields, kPath, report);
  map.tolerated_failure_percentage_expression = read_expression(fields, kPercentage, report);
  auto const literal = map.tolerated_failure_percentage;
  if (literal && !(*literal >= 0.0 && *literal <= 100.0))
    report.error(fields.at(kPercentage), "ToleratedFailurePercentage must be between 0 and 100.");
}

}  // namespace

auto parse_map(Parsing& parsing, Scope const& scope, StateIndex index, Fields const& fields)
    -> Map {
  auto& report = parsing.report;
  Map map;
  parse_processor(parsing, scope, index, fields, map);
  check_distributed_fields(parsing, fields, map.mode);
  check_label(parsing, fields);
  check_map_storage(fields, report);
  if (map.mode == MapMode::kDistributed) {
    map.reader = read_item_reader(fields);
    map.has_result_writer = fields.has("ResultWriter");
  }

  if (auto path = read_reference_path(fields, "ItemsPath", report); path)
    map.items_path = {PathField::Kind::kPath, std::move(path)};
  map.items = read_jsonata_template(fields, "", "Items", report);
  check_at_most_one(fields, {"ItemSelector", "Parameters"}, report);
  auto const selector = fields.has("ItemSelector") ? "ItemSelector" : "Parameters";
  map.item_selector = read_either_template(fields, selector, report);
  map.concurrency_max = read_number_field(fields, "MaxConcurrency", kCountRange, report);
  read_tolerance(fields, map, report);
  map.result_selector = read_template(fields, "ResultSelector", report);
  map.result_path = read_result_path(fields, report);
  return map;
}

}  // namespace treadle::asl
