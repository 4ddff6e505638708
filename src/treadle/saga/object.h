// Building JSON objects member by member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::saga {

class Object {
 public:
  explicit Object(json::Arena& arena) : arena_(arena) {}

  auto add(std::string_view key, json::Value value) -> Object& {
    members_.push_back({arena_.copy(key), value});
    return *this;
  }
  auto add(std::string_view key, std::string_view text) -> Object& {
    return add(key, json::make_string(arena_, text));
  }
  auto add(std::string_view key, char const* text) -> Object& {
    return add(key, std::string_view(text));
  }
  auto add(std::string_view key, std::uint32_t number) -> Object& {
    return add(key, json::make_number(arena_, std::int64_t{number}));
  }

  [[nodiscard]] auto has(std::string_view key) const -> bool {
    for (auto const& member : members_)
      if (member.key == key) return true;
    return false;
  }
  [[nodiscard]] auto value() const -> json::Value {
    return json::make_object(arena_, members_, json::KeyStorage::kOutlives);
  }

 private:
  json::Arena& arena_;
  std::vector<json::Member> members_;
};

[[nodiscard]] inline auto texts_value(json::Arena& arena, std::vector<std::string> const& texts)
    -> json::Value {
  std::vector<json::Value> values;
  values.reserve(texts.size());
  for (auto const& text : texts) values.push_back(json::make_string(arena, text));
  return json::make_array(arena, values);
}

}  // namespace treadle::saga
