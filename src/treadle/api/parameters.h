// What the parameters of every operation must be, and whether a request keeps to it.
// Source: service model of Step Functions 2016-11-23 (types, lengths, ranges, enumerations).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "treadle/api/action.h"
#include "treadle/json/value.h"

namespace treadle::api {

enum class ParameterType : std::uint8_t { kString, kInteger, kBoolean, kList, kStructure, kNumber };

struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::kString;
  bool required = false;
  std::optional<std::int64_t> min;  // characters of a string, elements of a list, value of a number
  std::optional<std::int64_t> max;
  std::string_view values = {};  // of an enumeration: "A, B, C"
};

struct Operation {
  std::string_view name;
  std::span<Parameter const> parameters;
};

// Every operation of the model, in the order of their names.
[[nodiscard]] auto operations() -> std::span<Operation const>;
[[nodiscard]] auto find_operation(std::string_view name) -> Operation const*;

// SerializationException for a member of another JSON type, else ValidationException with every
// constraint that is broken, in AWS's words; nullopt when all is well. null counts as absent.
// Members that the operation does not have are ignored.
[[nodiscard]] auto check_parameters(Operation const& operation, json::Value request)
    -> std::optional<ApiError>;

// The same for the members of a structure; `prefix` stands before their names in messages
// ("loggingConfiguration.", "routingConfiguration.1.member.").
[[nodiscard]] auto check_members(std::string_view prefix, std::span<Parameter const> members,
                                 json::Value structure) -> std::optional<ApiError>;

// Reads of checked parameters.
[[nodiscard]] auto text_of(json::Value request, std::string_view name)
    -> std::optional<std::string_view>;
[[nodiscard]] auto number_of(json::Value request, std::string_view name)
    -> std::optional<std::int64_t>;
[[nodiscard]] auto flag_of(json::Value request, std::string_view name, bool otherwise) -> bool;
// The member, unless it is absent or null.
[[nodiscard]] auto member_of(json::Value request, std::string_view name) -> json::Value const*;

}  // namespace treadle::api
