// One JSON object of a definition, and where it stands.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "treadle/asl/location.h"
#include "treadle/asl/model.h"
#include "treadle/json/value.h"

namespace treadle::asl {

// A string that holds a JSONata expression: "{% ... %}".
using expr::jsonata::is_expression;

// Reads by name and kind. A field of another kind reads as absent: check_shape() has reported it.
class Fields {
 public:
  // `language` is the one that the object is written in; `object` may be any value and then has no
  // fields.
  Fields(json::Value object, Location where, QueryLanguage language);

  [[nodiscard]] auto has(std::string_view name) const -> bool { return find(name) != nullptr; }
  [[nodiscard]] auto find(std::string_view name) const -> json::Value const*;
  [[nodiscard]] auto text(std::string_view name) const -> std::optional<std::string_view>;
  [[nodiscard]] auto flag(std::string_view name) const -> bool;  // false when absent
  [[nodiscard]] auto integer(std::string_view name) const -> std::optional<std::int64_t>;
  [[nodiscard]] auto number(std::string_view name) const -> std::optional<double>;
  [[nodiscard]] auto list(std::string_view name) const -> std::span<json::Value const>;
  // The object in field `name`, in the same language; nullopt when absent.
  [[nodiscard]] auto object(std::string_view name) const -> std::optional<Fields>;
  [[nodiscard]] auto members() const -> std::span<json::Member const>;

  [[nodiscard]] auto at(std::string_view name) const -> Location { return where_ / name; }
  [[nodiscard]] auto where() const -> Location const& { return where_; }
  [[nodiscard]] auto language() const -> QueryLanguage { return language_; }
  [[nodiscard]] auto is_json_path() const -> bool { return language_ == QueryLanguage::kJsonPath; }

 private:
  json::Value object_;
  Location where_;
  QueryLanguage language_;
};

}  // namespace treadle::asl
