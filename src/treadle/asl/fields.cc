#include "treadle/asl/fields.h"

#include <utility>

namespace treadle::asl {

Fields::Fields(json::Value object, Location where, QueryLanguage language)
    : object_(object), where_(std::move(where)), language_(language) {}

auto Fields::find(std::string_view name) const -> json::Value const* { return object_.find(name); }

auto Fields::text(std::string_view name) const -> std::optional<std::string_view> {
  auto const* value = find(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->as_string();
}

auto Fields::flag(std::string_view name) const -> bool {
  auto const* value = find(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

auto Fields::integer(std::string_view name) const -> std::optional<std::int64_t> {
  auto const* value = find(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->as_int64();
}

auto Fields::number(std::string_view name) const -> std::optional<double> {
  auto const* value = find(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->as_double();
}

auto Fields::list(std::string_view name) const -> std::span<json::Value const> {
  auto const* value = find(name);
  if (value == nullptr || !value->is_array()) return {};
  return value->elements();
}

auto Fields::object(std::string_view name) const -> std::optional<Fields> {
  auto const* value = find(name);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  return Fields(*value, at(name), language_);
}

auto Fields::members() const -> std::span<json::Member const> {
  if (!object_.is_object()) return {};
  return object_.members();
}

}  // namespace treadle::asl
