// The stages that data passes in a state: InputPath, Parameters, ResultSelector, ResultPath,
// OutputPath, Assign. The same code serves running states, TestState and the inspector. Source: ASL
// specification, "Input and Output Processing"; causes as recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "treadle/asl/model.h"
#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/interpreter/inspection.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::interpreter {

// What went wrong in a state's data flow. `location` is the field whose JSONata expression failed
// ("Output/total"), empty where no expression is to blame.
struct DataError {
  DataError(Error from) : error(std::move(from)) {}  // NOLINT: TRY hands on either kind
  DataError(expr::jsonata::FieldFailure failure);    // NOLINT: likewise

  Error error;
  std::string location;
};
template <typename T>
using Data = Result<T, DataError>;

// Reads and makes values for one state. Errors carry the cause without the sentence
// about the state; add it with in_state().
class DataFlow {
 public:
  // `inspection` may be null: nobody looks.
  DataFlow(expr::Environment& environment, json::Arena& arena, Inspection* inspection)
      : environment_(environment), arena_(arena), inspection_(inspection) {}

  // Shows a value to whoever inspects the state.
  void saw(Stage stage, json::Value value) {
    if (inspection_ != nullptr) inspection_->saw(stage, value);
  }
  [[nodiscard]] auto inspection() const -> Inspection* { return inspection_; }

  // InputPath and OutputPath; null gives {}.
  [[nodiscard]] auto select(asl::PathField const& field, json::Value from) -> Result<json::Value>;
  // A template filled in, or `from` where there is none. JSONata reads $states, not `from`.
  [[nodiscard]] auto fill(std::optional<asl::PayloadTemplate> const& payload_template,
                          json::Value from) -> Result<json::Value>;
  [[nodiscard]] auto fill(std::optional<asl::JsonataTemplate> const& jsonata_template,
                          json::Value from) -> Data<json::Value>;
  [[nodiscard]] auto fill(std::optional<asl::Template> const& either, json::Value from)
      -> Data<json::Value>;
  // What an expression in `field` gives.
  [[nodiscard]] auto compute(asl::Expression const& expression, std::string_view field)
      -> Data<json::Value>;
  // ResultPath: `result` placed into `input`; null keeps the input.
  [[nodiscard]] auto place(asl::PathField const& result_path, json::Value input, json::Value result)
      -> Result<json::Value>;
  // A text field; nullopt where it is not set. `name` is "ErrorPath" or "CausePath".
  [[nodiscard]] auto text(asl::TextField const& field, std::string_view name, json::Value from)
      -> Data<std::optional<std::string>>;
  // A whole number >= 0; nullopt where it is not set. `name` is the field's with
  // its Path, "SecondsPath".
  [[nodiscard]] auto number(asl::NumberField const& field, std::string_view name, json::Value from)
      -> Data<std::optional<std::uint64_t>>;
  // The whole number >= 0 that an expression in `field` gives.
  [[nodiscard]] auto computed_number(asl::Expression const& expression, std::string_view field)
      -> Data<std::uint64_t>;
  // A path's value, or nullopt where it leads nowhere.
  [[nodiscard]] auto look_up(asl::Path const& path, json::Value from) -> std::optional<json::Value>;

  [[nodiscard]] auto environment() -> expr::Environment& { return environment_; }
  [[nodiscard]] auto arena() -> json::Arena& { return arena_; }

 private:
  expr::Environment& environment_;
  json::Arena& arena_;
  Inspection* inspection_;
};

// The error of an expression in `field` that gave `value` instead of an `expected` ("array").
[[nodiscard]] auto wrong_type(asl::Expression const& expression, std::string_view field,
                              std::string_view expected, json::Value value)
    -> std::unexpected<DataError>;

// "An error occurred while executing the state 'X' (entered at the event id #N). " + the cause.
[[nodiscard]] auto in_state(std::string_view state, std::uint32_t entered_id, Error error) -> Error;

// How causes show a value: strings without quotes, the rest as JSON.
[[nodiscard]] auto shown(json::Value value) -> std::string;

}  // namespace treadle::interpreter
