// An environment over JSON texts, with draws that count up from 1.
#pragma once

#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include "treadle/expr/environment.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/value.h"

namespace treadle::expr {

// The value of a JSON text; the test fails where it is none.
inline auto parsed(json::Arena& arena, std::string_view text) -> json::Value {
  auto const value = json::parse_copy(arena, text, {.keep_source = true});
  EXPECT_TRUE(value) << text;
  return value ? *value : json::Value();
}

class FakeEnvironment final : public Environment {
 public:
  FakeEnvironment(json::Value context, json::Value variables)
      : context_(context), variables_(variables) {}
  auto context() -> json::Value override { return context_; }
  auto variable(std::string_view name) -> std::optional<json::Value> override {
    auto const* found = variables_.find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  auto draw() -> std::uint64_t override { return ++draws_; }
  auto now() -> Timestamp override { return Timestamp(Milliseconds(1'700'000'000'123)); }

 private:
  json::Value context_;
  json::Value variables_;
  std::uint64_t draws_ = 0;
};

}  // namespace treadle::expr
