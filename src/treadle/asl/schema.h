// Which fields an object of a definition may and must have, in which query language, and of which
// kind. Source: Amazon States Language specification and Step Functions Developer Guide, field
// tables.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "treadle/asl/fields.h"
#include "treadle/asl/report.h"

namespace treadle::asl {

enum class Shape : std::uint8_t {
  kMachine,
  kTask,
  kPass,
  kChoice,
  kWait,
  kSucceed,
  kFail,
  kParallel,
  kMap,
  kBranch,
  kProcessor,
  kProcessorConfig,
  kRetrier,
  kCatcher,
  kItemReader,
  kReaderConfig,
  kItemBatcher,
  kResultWriter,
  kWriterConfig,
};

[[nodiscard]] auto shape_of(StateType type) -> Shape;

// Reports missing, unknown and wrong-language fields at the object, and values of a wrong kind at
// the field. What it lets through is safe to read with Fields.
void check_shape(Fields const& fields, Shape shape, Report& report);

// Of fields that exclude one another.
void check_at_most_one(Fields const& fields, std::initializer_list<std::string_view> names,
                       Report& report);
void check_exactly_one(Fields const& fields, std::initializer_list<std::string_view> names,
                       Report& report);

// The texts that several checks share.
[[nodiscard]] auto required_fields_message(std::string_view names) -> std::string;
[[nodiscard]] auto wrong_language_message(QueryLanguage language, std::string_view name)
    -> std::string;  // of a field that only the other language has
[[nodiscard]] auto unsupported_field_message(std::string_view name) -> std::string;
[[nodiscard]] auto one_of_values_message(std::string_view field, std::string_view values)
    -> std::string;
[[nodiscard]] auto expected_type_message(std::string_view type) -> std::string;
inline constexpr std::string_view kEmptyValueMessage = "Value cannot be empty";

}  // namespace treadle::asl
