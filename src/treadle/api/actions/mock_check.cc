#include "treadle/api/actions/mock_check.h"

#include "treadle/integrations/response_check.h"
#include "treadle/json/parse.h"

namespace treadle::api {
namespace {

auto invalid(std::string message) -> ApiError {
  return {"ValidationException", std::move(message)};
}

// Of a Map with a ResultWriter it says where the results are.
auto must_be_array(asl::State const& state) -> bool {
  if (auto const* map = std::get_if<asl::Map>(&state.details)) return !map->has_result_writer;
  return state.type == asl::StateType::kParallel;
}

}  // namespace

auto check_mock_result(asl::State const& state, std::string_view result,
                       FieldValidation const& validation) -> std::optional<ApiError> {
  json::Arena arena;
  auto const parsed = json::parse(arena, result);
  if (!parsed) return invalid("Mocked result must be valid JSON.");
  if (must_be_array(state) && !parsed->is_array())
    return invalid("Mocked result must be an array.");
  auto const* const task = std::get_if<asl::Task>(&state.details);
  if (task == nullptr || validation.mode == "NONE") return std::nullopt;
  auto const model = validation.models.find(task->resource);
  if (!model) return std::nullopt;
  using enum integrations::RequiredFields;
  auto const required = validation.mode == "PRESENT" ? kMayBeAbsent : kMustBeThere;
  auto const wrong = integrations::check_response(*model, *parsed, required);
  if (!wrong) return std::nullopt;
  return invalid("Mock result schema validation error: " + *wrong);
}

auto check_failures(asl::State const& state, std::string_view result, std::uint32_t failed)
    -> std::optional<ApiError> {
  if (state.type != asl::StateType::kMap) return std::nullopt;
  json::Arena arena;
  auto const parsed = json::parse(arena, result);
  if (!parsed || !parsed->is_array() || failed <= parsed->size()) return std::nullopt;
  return invalid(
      "Map iteration failure count must be less than or equal to the number of Map iterations");
}

}  // namespace treadle::api
