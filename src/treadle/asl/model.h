// A state machine's definition, compiled: states by index, paths and templates parsed, constants
// kept.
//
// Built once by parse_definition() (parser.h), then immutable and shared between threads. All
// states of the machine, nested ones too, stand in one array; a Region is a StartAt with its States
// (the top level, a branch of a Parallel, the processor of a Map). Source: Amazon States Language
// specification.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/expr/jsonata/template.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/expr/payload_template.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::asl {

using StateIndex = StrongId<struct StateIndexTag>;  // into Definition::states
using RegionIndex =
    StrongId<struct RegionIndexTag>;  // into Definition::regions; 0 is the top level

using expr::PayloadTemplate;
using expr::intrinsic::Call;
using expr::jsonata::Expression;
using expr::jsonpath::Path;
using JsonataTemplate = expr::jsonata::Template;
// In the language of the state that it stands in.
using Template = std::variant<PayloadTemplate, JsonataTemplate>;

enum class QueryLanguage : std::uint8_t { kJsonPath, kJsonata };
enum class StateType : std::uint8_t {
  kTask,
  kPass,
  kChoice,
  kWait,
  kSucceed,
  kFail,
  kParallel,
  kMap
};
enum class MachineType : std::uint8_t { kStandard, kExpress };

// InputPath, OutputPath, ResultPath: absent means "$", and null has a meaning of its own.
struct PathField {
  enum class Kind : std::uint8_t { kAbsent, kNull, kPath } kind = Kind::kAbsent;
  std::optional<Path> path;  // of kPath
  // Absent, or "$" itself: the value passes through unchanged.
  [[nodiscard]] auto is_identity() const -> bool {
    return kind == Kind::kAbsent ||
           (kind == Kind::kPath && path->root() == expr::jsonpath::Root::kInput &&
            path->is_root_only());
  }
};

// A whole number that stands in the definition or that a path or an expression gives
// (Seconds/SecondsPath, ...).
struct NumberField {
  std::optional<std::uint64_t> literal;
  std::optional<Path> path;
  std::optional<Expression> expression;  // of JSONata states
  [[nodiscard]] auto is_set() const -> bool { return literal || path || expression; }
};

// A text that stands in the definition, or that a path, an intrinsic call or an expression gives
// (Error/ErrorPath, ...).
struct TextField {
  std::optional<std::string> literal;
  std::optional<Path> path;
  std::optional<Call> call;
  std::optional<Expression> expression;  // of JSONata states
  [[nodiscard]] auto is_set() const -> bool { return literal || path || call || expression; }
};

enum class Jitter : std::uint8_t { kNone, kFull };

struct Retrier {
  std::vector<std::string> error_equals;
  std::uint32_t interval_seconds = 1;
  std::uint32_t attempts_max = 3;  // retries, the first try not counted; 0 = never
  double backoff_rate = 2.0;
  std::optional<std::uint32_t> delay_seconds_max;
  Jitter jitter = Jitter::kNone;
};

struct Catcher {
  std::vector<std::string> error_equals;
  StateIndex next;
  PathField result_path;
  std::optional<Template> assign;
  std::optional<JsonataTemplate> output;
};

// How a task ends: with its call, with the job that the call started, or with a callback.
enum class Pattern : std::uint8_t { kRequestResponse, kSync, kSync2, kWaitForTaskToken };
enum class ResourceKind : std::uint8_t { kLambdaFunction, kActivity, kService };

// The Resource of a Task, taken apart.
struct Resource {
  std::string text;  // as it stands in the definition
  ResourceKind kind = ResourceKind::kService;
  // Of kService. "arn:aws:states:::lambda:invoke.waitForTaskToken" has service "lambda", action
  // "invoke"; "arn:aws:states:::aws-sdk:dynamodb:putItem" has service "dynamodb", action "putItem",
  // is_aws_sdk.
  std::string service;
  std::string action;
  bool is_aws_sdk = false;
  Pattern pattern = Pattern::kRequestResponse;
  // As histories show them: "lambda" / "invoke.waitForTaskToken", "aws-sdk:dynamodb" / "putItem".
  std::string history_resource_type;
  std::string history_resource;
};

struct Task {
  Resource resource;
  std::optional<Template> parameters;  // Parameters, or Arguments
  std::optional<PayloadTemplate> result_selector;
  PathField result_path;
  NumberField timeout_seconds;
  NumberField heartbeat_seconds;
  std::optional<Template> credentials;  // the whole Credentials object
};

struct Pass {
  std::optional<json::Value> result;  // in the definition's arena
  std::optional<PayloadTemplate> parameters;
  PathField result_path;
};

enum class Comparison : std::uint8_t {
  kStringEquals,
  kStringLessThan,
  kStringGreaterThan,
  kStringLessThanEquals,
  kStringGreaterThanEquals,
  kNumericEquals,
  kNumericLessThan,
  kNumericGreaterThan,
  kNumericLessThanEquals,
  kNumericGreaterThanEquals,
  kTimestampEquals,
  kTimestampLessThan,
  kTimestampGreaterThan,
  kTimestampLessThanEquals,
  kTimestampGreaterThanEquals,
  kBooleanEquals,
  kStringMatches,
  kIsNull,
  kIsPresent,
  kIsNumeric,
  kIsString,
  kIsBoolean,
  kIsTimestamp,
};

// What a Choice rule asks. A tree: comparisons at the leaves.
struct ChoiceExpression {
  enum class Kind : std::uint8_t { kComparison, kAnd, kOr, kNot } kind = Kind::kComparison;
  // Of kComparison:
  std::optional<Path> variable;
  Comparison comparison = Comparison::kStringEquals;
  json::Value operand;               // the literal, in the definition's arena
  std::optional<Path> operand_path;  // of the ...Path operators, instead of `operand`
  // Of kAnd, kOr (one or more), kNot (one):
  std::vector<ChoiceExpression> parts;
};

// What a rule asks: in JSONPath a test, in JSONata an expression, or true or false.
using Condition = std::variant<ChoiceExpression, Expression, bool>;

struct ChoiceRule {
  Condition condition;
  StateIndex next;
  std::optional<Template> assign;
  std::optional<JsonataTemplate> output;
};

struct Choice {
  std::vector<ChoiceRule> rules;
  std::optional<StateIndex> fallback;  // Default
};

struct Wait {
  NumberField seconds;
  std::optional<Timestamp> timestamp;  // literal
  std::optional<Path> timestamp_path;
  std::optional<Expression> timestamp_expression;  // of JSONata states
};

struct Succeed {};

struct Fail {
  TextField error;
  TextField cause;
};

struct Parallel {
  std::vector<RegionIndex> branches;
  std::optional<Template> parameters;  // Parameters, or Arguments
  std::optional<PayloadTemplate> result_selector;
  PathField result_path;
};

enum class MapMode : std::uint8_t { kInline, kDistributed };

// How the data that an ItemReader finds is written. kObjects: a list of what a bucket holds.
enum class ReaderInput : std::uint8_t { kJson, kJsonLines, kCsv, kParquet, kManifest, kObjects };

struct ItemReader {
  ReaderInput input = ReaderInput::kObjects;
  std::string items_pointer;  // a JSON pointer to the items in the data; empty: all of it
};

struct Map {
  RegionIndex processor;
  MapMode mode = MapMode::kInline;
  PathField items_path;
  std::optional<JsonataTemplate> items;   // of JSONata states
  std::optional<ItemReader> reader;       // of kDistributed
  bool has_result_writer = false;         // likewise
  std::optional<Template> item_selector;  // or the older Parameters
  NumberField concurrency_max;            // 0 = as many as the engine likes
  NumberField tolerated_failure_count;
  std::optional<double> tolerated_failure_percentage;
  std::optional<Path> tolerated_failure_percentage_path;
  std::optional<Expression> tolerated_failure_percentage_expression;
  std::optional<PayloadTemplate> result_selector;
  PathField result_path;
};

struct State {
  std::string name;
  StateType type = StateType::kPass;
  QueryLanguage language = QueryLanguage::kJsonPath;
  RegionIndex region;              // the one that it stands in
  std::optional<StateIndex> next;  // absent: End, or a type that has neither
  PathField input_path;
  PathField output_path;
  std::optional<Template> assign;
  std::optional<JsonataTemplate> output;  // Output
  std::vector<Retrier> retriers;
  std::vector<Catcher> catchers;
  std::variant<Task, Pass, Choice, Wait, Succeed, Fail, Parallel, Map> details;
};

struct Region {
  StateIndex start;
  std::optional<StateIndex> owner;  // the Parallel or Map state; absent for the top level
};

struct Definition {
  std::string text;  // exactly the bytes that were given
  QueryLanguage language = QueryLanguage::kJsonPath;
  std::optional<std::uint64_t> timeout_seconds;
  std::vector<State> states;
  std::vector<Region> regions;
  std::shared_ptr<json::Arena> arena;  // of every constant in here

  [[nodiscard]] auto state(StateIndex i) const -> State const& { return states[i.value()]; }
  [[nodiscard]] auto region(RegionIndex i) const -> Region const& { return regions[i.value()]; }
};

using DefinitionPtr = std::shared_ptr<Definition const>;

}  // namespace treadle::asl
