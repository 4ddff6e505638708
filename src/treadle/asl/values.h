// Fields that hold paths, numbers, texts and payload templates, read into the model. What is wrong
// with one is reported at its field. What belongs to one query language reads as absent in an object
// of the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/asl/fields.h"
#include "treadle/asl/jsonata_values.h"
#include "treadle/asl/model.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// InputPath and OutputPath: any path, or null.
[[nodiscard]] auto read_path_field(Fields const& fields, std::string_view name, Report& report)
    -> PathField;

// ResultPath: a reference path into the state's input, or null.
[[nodiscard]] auto read_result_path(Fields const& fields, Report& report) -> PathField;

// A field that must hold a reference path.
[[nodiscard]] auto read_reference_path(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Path>;

struct Range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// A whole number in `range`; the field is checked in either language.
[[nodiscard]] auto read_integer(Fields const& fields, std::string_view name, Range range,
                                Report& report) -> std::optional<std::uint64_t>;

// `name` with a number or `name`Path with a reference path, but not both; in JSONata `name` with a
// number or an expression.
[[nodiscard]] auto read_number_field(Fields const& fields, std::string_view name, Range range,
                                     Report& report) -> NumberField;

// `name` with a text or `name`Path with a reference path or an intrinsic call that gives a text; in
// JSONata `name` with a text or an expression.
[[nodiscard]] auto read_text_field(Fields const& fields, std::string_view name, Report& report)
    -> TextField;

// Parameters, ResultSelector: a payload template.
[[nodiscard]] auto read_template(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<PayloadTemplate>;

// ItemSelector, Credentials: a template in the language of the object.
[[nodiscard]] auto read_either_template(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Template>;

// Parameters of a JSONPath state, Arguments of a JSONata state.
[[nodiscard]] auto read_arguments(Fields const& fields, Report& report) -> std::optional<Template>;

// Assign: a template whose members are variable names. `prefix` as in read_jsonata_template().
[[nodiscard]] auto read_assign(Fields const& fields, std::string_view prefix, Report& report,
                               StatesMember readable = StatesMember::kNeither)
    -> std::optional<Template>;

// The text of a field that has `choices`, such as "[NONE, FULL]"; reports any other. Absent if so
// reported.
[[nodiscard]] auto read_choice(Fields const& fields, std::string_view name,
                               std::initializer_list<std::string_view> choices, Report& report)
    -> std::optional<std::string_view>;

}  // namespace treadle::asl
