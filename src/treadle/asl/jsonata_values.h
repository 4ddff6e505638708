// Fields of JSONata states that hold expressions, read into the model. An expression that does not
// compile is reported at its field (INVALID_JSONATA_EXPRESSION), and so is one that reads what a
// state does not have (UNSUPPORTED_JSONATA_EXPRESSION). All of them read as absent in a JSONPath
// object.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "treadle/asl/fields.h"
#include "treadle/asl/model.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

// The members of $states that a field may read besides "input" and "context". Source: Amazon States
// Language, "Reserved variable: $states".
enum class StatesMember : std::uint8_t {
  kNeither,
  kResult,       // Output and Assign of a Task, Parallel or Map
  kErrorOutput,  // Output and Assign of a Catcher
};

// The expression that field `name` consists of; nullopt where it holds anything else.
[[nodiscard]] auto read_expression(Fields const& fields, std::string_view name, Report& report)
    -> std::optional<Expression>;

// Field `name`, in which strings may be expressions. `prefix` leads from the state to `fields`
// ("Choices[0]/"; empty for the state itself): with it errors name the field as AWS does.
[[nodiscard]] auto read_jsonata_template(Fields const& fields, std::string_view prefix,
                                         std::string_view name, Report& report,
                                         StatesMember readable = StatesMember::kNeither)
    -> std::optional<JsonataTemplate>;

}  // namespace treadle::asl
