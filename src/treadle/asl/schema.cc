#include "treadle/asl/schema.h"

#include <array>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace treadle::asl {
namespace {

enum class Kind : std::uint8_t {
  kAny,
  kText,
  kFlag,
  kInteger,
  kNumber,
  kObject,
  kList,
  kListOrObject,
  kPath
};
enum class In : std::uint8_t { kBoth, kJsonPath, kJsonata };
enum class Need : std::uint8_t { kOptional, kRequired };
// Whether a JSONata expression may stand for the value in a JSONata state.
enum class Computed : std::uint8_t { kNever, kExpression };

struct Rule {
  std::string_view name;
  Kind kind = Kind::kAny;
  In in = In::kBoth;
  Need need = Need::kOptional;
  Computed computed = Computed::kNever;
};

constexpr auto kRequired = Need::kRequired;
constexpr auto kOptional = Need::kOptional;
constexpr auto kExpression = Computed::kExpression;

constexpr Rule kMachineRules[] = {
    {"States", Kind::kObject, In::kBoth, kRequired},
    {"StartAt", Kind::kText, In::kBoth, kRequired},
    {"Comment", Kind::kText},
    {"Version", Kind::kText},
    {"TimeoutSeconds", Kind::kInteger},
    {"QueryLanguage", Kind::kText},
};

// Of every state.
constexpr Rule kStateRules[] = {
    {"Type", Kind::kText},
    {"Comment", Kind::kText},
    {"QueryLanguage", Kind::kText},
};
constexpr Rule kDataRules[] = {
    {"InputPath", Kind::kPath, In::kJsonPath},
    {"OutputPath", Kind::kPath, In::kJsonPath},
    {"Output", Kind::kAny, In::kJsonata},
};
constexpr Rule kTransitionRules[] = {
    {"Next", Kind::kText},
    {"End", Kind::kFlag},
    {"Assign", Kind::kObject},
};
constexpr Rule kResultRules[] = {
    {"Parameters", Kind::kAny, In::kJsonPath},
    {"ResultPath", Kind::kPath, In::kJsonPath},
};
// Of the states that do work which may fail.
constexpr Rule kWorkRules[] = {
    {"ResultSelector", Kind::kAny, In::kJsonPath},
    {"Retry", Kind::kList},
    {"Catch", Kind::kList},
};

constexpr Rule kTaskRules[] = {
    {"Resource", Kind::kText, In::kBoth, kRequired},
    {"Arguments", Kind::kListOrObject, In::kJsonata, kOptional, kExpression},
    {"Credentials", Kind::kObject, In::kBoth, kOptional, kExpression},
    {"TimeoutSeconds", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"TimeoutSecondsPath", Kind::kText, In::kJsonPath},
    {"HeartbeatSeconds", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"HeartbeatSecondsPath", Kind::kText, In::kJsonPath},
};
constexpr Rule kPassRules[] = {{"Result", Kind::kAny, In::kJsonPath}};
constexpr Rule kChoiceRules[] = {
    {"Choices", Kind::kList, In::kBoth, kRequired},
    {"Default", Kind::kText},
    {"Assign", Kind::kObject},
};
constexpr Rule kWaitRules[] = {
    {"Seconds", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"SecondsPath", Kind::kText, In::kJsonPath},
    {"Timestamp", Kind::kText},
    {"TimestampPath", Kind::kText, In::kJsonPath},
};
constexpr Rule kFailRules[] = {
    {"Error", Kind::kText},
    {"ErrorPath", Kind::kText, In::kJsonPath},
    {"Cause", Kind::kText},
    {"CausePath", Kind::kText, In::kJsonPath},
};
constexpr Rule kParallelRules[] = {
    {"Branches", Kind::kList, In::kBoth, kRequired},
    {"Arguments", Kind::kAny, In::kJsonata},
};
constexpr Rule kMapRules[] = {
    {"ItemProcessor", Kind::kObject},
    {"Iterator", Kind::kObject},
    {"Items", Kind::kListOrObject, In::kJsonata, kOptional, kExpression},
    {"ItemsPath", Kind::kText, In::kJsonPath},
    {"ItemSelector", Kind::kAny},
    {"MaxConcurrency", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"MaxConcurrencyPath", Kind::kText, In::kJsonPath},
    {"ToleratedFailureCount", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"ToleratedFailureCountPath", Kind::kText, In::kJsonPath},
    {"ToleratedFailurePercentage", Kind::kNumber, In::kBoth, kOptional, kExpression},
    {"ToleratedFailurePercentagePath", Kind::kText, In::kJsonPath},
    {"Label", Kind::kText},
    {"ItemReader", Kind::kObject},
    {"ItemBatcher", Kind::kObject},
    {"ResultWriter", Kind::kObject},
};

constexpr Rule kBranchRules[] = {
    {"States", Kind::kObject, In::kBoth, kRequired},
    {"StartAt", Kind::kText, In::kBoth, kRequired},
    {"Comment", Kind::kText},
};
constexpr Rule kProcessorRules[] = {{"ProcessorConfig", Kind::kObject}};
constexpr Rule kProcessorConfigRules[] = {{"Mode", Kind::kText}, {"ExecutionType", Kind::kText}};
constexpr Rule kRetrierRules[] = {
    {"ErrorEquals", Kind::kList, In::kBoth, kRequired},
    {"IntervalSeconds", Kind::kInteger},
    {"MaxAttempts", Kind::kInteger},
    {"BackoffRate", Kind::kNumber},
    {"MaxDelaySeconds", Kind::kInteger},
    {"JitterStrategy", Kind::kText},
    {"Comment", Kind::kText},
};
constexpr Rule kCatcherRules[] = {
    {"ErrorEquals", Kind::kList, In::kBoth, kRequired},
    {"Next", Kind::kText, In::kBoth, kRequired},
    {"ResultPath", Kind::kPath, In::kJsonPath},
    {"Output", Kind::kAny, In::kJsonata},
    {"Assign", Kind::kObject},
    {"Comment", Kind::kText},
};

// Where a Distributed Map reads and writes.
constexpr Rule kStorageRules[] = {
    {"Resource", Kind::kText},
    {"Parameters", Kind::kObject, In::kJsonPath},
    {"Arguments", Kind::kObject, In::kJsonata, kOptional, kExpression},
};
constexpr Rule kItemReaderRules[] = {{"ReaderConfig", Kind::kObject}};
constexpr Rule kReaderConfigRules[] = {
    {"InputType", Kind::kText},
    {"Transformation", Kind::kText},
    {"ManifestType", Kind::kText},
    {"CSVDelimiter", Kind::kText},
    {"CSVHeaderLocation", Kind::kText},
    {"CSVHeaders", Kind::kList},
    {"ItemsPointer", Kind::kText},
    {"MaxItems", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"MaxItemsPath", Kind::kText, In::kJsonPath},
};
constexpr Rule kItemBatcherRules[] = {
    {"BatchInput", Kind::kAny},
    {"MaxItemsPerBatch", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"MaxItemsPerBatchPath", Kind::kText, In::kJsonPath},
    {"MaxInputBytesPerBatch", Kind::kInteger, In::kBoth, kOptional, kExpression},
    {"MaxInputBytesPerBatchPath", Kind::kText, In::kJsonPath},
};
constexpr Rule kResultWriterRules[] = {{"WriterConfig", Kind::kObject}};
constexpr Rule kWriterConfigRules[] = {
    {"OutputType", Kind::kText, In::kBoth, kRequired},
    {"Transformation", Kind::kText},
};

using Rules = std::span<Rule const>;
using RuleGroups = std::array<Rules, 6>;

auto rules_of(Shape shape) -> RuleGroups {
  switch (shape) {
    case Shape::kMachine: return {kMachineRules};
    case Shape::kTask:
      return {kTaskRules, kStateRules, kDataRules, kTransitionRules, kResultRules, kWorkRules};
    case Shape::kPass: return {kPassRules, kStateRules, kDataRules, kTransitionRules, kResultRules};
    case Shape::kChoice: return {kChoiceRules, kStateRules, kDataRules};
    case Shape::kWait: return {kWaitRules, kStateRules, kDataRules, kTransitionRules};
    case Shape::kSucceed: return {kStateRules, kDataRules};
    case Shape::kFail: return {kFailRules, kStateRules};
    case Shape::kParallel:
      return {kParallelRules, kStateRules, kDataRules, kTransitionRules, kResultRules, kWorkRules};
    case Shape::kMap:
      return {kMapRules, kStateRules, kDataRules, kTransitionRules, kResultRules, kWorkRules};
    case Shape::kBranch: return {kBranchRules};
    case Shape::kProcessor: return {kBranchRules, kProcessorRules};
    case Shape::kProcessorConfig: return {kProcessorConfigRules};
    case Shape::kRetrier: return {kRetrierRules};
    case Shape::kCatcher: return {kCatcherRules};
    case Shape::kItemReader: return {kItemReaderRules, kStorageRules};
    case Shape::kReaderConfig: return {kReaderConfigRules};
    case Shape::kItemBatcher: return {kItemBatcherRules};
    case Shape::kResultWriter: return {kResultWriterRules, kStorageRules};
    case Shape::kWriterConfig: return {kWriterConfigRules};
  }
  return {};
}

auto find_rule(RuleGroups const& groups, std::string_view name) -> Rule const* {
  for (auto const& rules : groups)
    for (auto const& rule : rules)
      if (rule.name == name) return &rule;
  return nullptr;
}

auto is_of_kind(json::Value value, Kind kind) -> bool {
  switch (kind) {
    case Kind::kAny: return true;
    case Kind::kText: return value.is_string();
    case Kind::kFlag: return value.is_bool();
    case Kind::kInteger: return value.is_number() && value.as_int64().has_value();
    case Kind::kNumber: return value.is_number();
    case Kind::kObject: return value.is_object();
    case Kind::kList: return value.is_array();
    case Kind::kListOrObject: return value.is_array() || value.is_object();
    case Kind::kPath: return value.is_string() || value.is_null();
  }
  return false;
}

auto kind_name(Kind kind) -> std::string_view {
  switch (kind) {
    case Kind::kAny: return "Any";
    case Kind::kText:
    case Kind::kPath: return "String";
    case Kind::kFlag: return "Boolean";
    case Kind::kInteger: return "Integer";
    case Kind::kNumber: return "Number";
    case Kind::kObject: return "Object";
    case Kind::kList: return "Array";
    case Kind::kListOrObject: return "Array or Object";
  }
  return "";
}

auto language_name(QueryLanguage language) -> std::string_view {
  return language == QueryLanguage::kJsonPath ? "JSONPath" : "JSONata";
}

auto belongs_to(Rule const& rule, QueryLanguage language) -> bool {
  return rule.in == In::kBoth ||
         (rule.in == In::kJsonPath) == (language == QueryLanguage::kJsonPath);
}

void check_required(Fields const& fields, RuleGroups const& groups, Report& report) {
  std::string missing;
  for (auto const& rules : groups)
    for (auto const& rule : rules) {
      if (rule.need != kRequired || fields.has(rule.name)) continue;
      if (!missing.empty()) missing += ", ";
      missing += rule.name;
    }
  if (!missing.empty()) report.error(fields.where(), required_fields_message(missing));
}

void check_field(Fields const& fields, json::Member const& member, Rule const& rule,
                 Report& report) {
  auto const language = fields.language();
  if (!belongs_to(rule, language)) {
    report.error(fields.where(), wrong_language_message(language, rule.name));
    return;
  }
  if (is_of_kind(member.value, rule.kind)) return;
  if (!fields.is_json_path() && rule.computed == kExpression && is_expression(member.value)) return;
  report.error(fields.at(rule.name), expected_type_message(kind_name(rule.kind)));
}

auto joined(std::initializer_list<std::string_view> names) -> std::string {
  return fmt::format("{}", fmt::join(names, ", "));
}

auto count_present(Fields const& fields, std::initializer_list<std::string_view> names)
    -> std::size_t {
  std::size_t count = 0;
  for (auto const name : names) count += fields.has(name) ? 1 : 0;
  return count;
}

}  // namespace

auto shape_of(StateType type) -> Shape {
  switch (type) {
    case StateType::kTask: return Shape::kTask;
    case StateType::kPass: return Shape::kPass;
    case StateType::kChoice: return Shape::kChoice;
    case StateType::kWait: return Shape::kWait;
    case StateType::kSucceed: return Shape::kSucceed;
    case StateType::kFail: return Shape::kFail;
    case StateType::kParallel: return Shape::kParallel;
    case StateType::kMap: return Shape::kMap;
  }
  return Shape::kPass;
}

void check_shape(Fields const& fields, Shape shape, Report& report) {
  auto const groups = rules_of(shape);
  check_required(fields, groups, report);
  for (auto const& member : fields.members()) {
    if (auto const* rule = find_rule(groups, member.key); rule != nullptr)
      check_field(fields, member, *rule, report);
    else
      report.error(fields.where(), unsupported_field_message(member.key));
  }
}

void check_at_most_one(Fields const& fields, std::initializer_list<std::string_view> names,
                       Report& report) {
  if (count_present(fields, names) > 1)
    report.error(fields.where(),
                 fmt::format("Only one of these fields is allowed: [{}]", joined(names)));
}

void check_exactly_one(Fields const& fields, std::initializer_list<std::string_view> names,
                       Report& report) {
  if (count_present(fields, names) != 1)
    report.error(fields.where(),
                 fmt::format("Exactly one of these fields is required: [{}]", joined(names)));
}

auto required_fields_message(std::string_view names) -> std::string {
  return fmt::format("These fields are required: [{}]", names);
}

auto wrong_language_message(QueryLanguage language, std::string_view name) -> std::string {
  auto const other =
      language == QueryLanguage::kJsonPath ? QueryLanguage::kJsonata : QueryLanguage::kJsonPath;
  return fmt::format(
      "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' "
      "QueryLanguage",
      language_name(language), name, language_name(other));
}

auto unsupported_field_message(std::string_view name) -> std::string {
  return fmt::format("Field '{}' is not supported", name);
}

auto one_of_values_message(std::string_view field, std::string_view values) -> std::string {
  return fmt::format("The field '{}' should have one of these values: [{}]", field, values);
}

auto expected_type_message(std::string_view type) -> std::string {
  return fmt::format("Expected value of type {}", type);
}

}  // namespace treadle::asl
