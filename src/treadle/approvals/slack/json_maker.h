// JSON values as they are written down: make.object({{"type", make.text("section")}, ...}).
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::approvals::slack {

// Values live in `arena`; texts are copied.
class JsonMaker {
 public:
  explicit JsonMaker(json::Arena& arena) : arena_(arena) {}

  [[nodiscard]] auto text(std::string_view text) const -> json::Value {
    return json::make_string(arena_, text);
  }
  [[nodiscard]] auto flag(bool value) const -> json::Value { return json::Value::boolean(value); }
  [[nodiscard]] auto number(std::int64_t value) const -> json::Value {
    return json::make_number(arena_, value);
  }
  [[nodiscard]] auto object(std::initializer_list<json::Member> members) const -> json::Value {
    return json::make_object(arena_, std::span(members.begin(), members.size()));
  }
  [[nodiscard]] auto object(std::vector<json::Member> const& members) const -> json::Value {
    return json::make_object(arena_, members);
  }
  [[nodiscard]] auto array(std::initializer_list<json::Value> elements) const -> json::Value {
    return json::make_array(arena_, std::span(elements.begin(), elements.size()));
  }
  [[nodiscard]] auto array(std::vector<json::Value> const& elements) const -> json::Value {
    return json::make_array(arena_, elements);
  }

 private:
  json::Arena& arena_;
};

}  // namespace treadle::approvals::slack
