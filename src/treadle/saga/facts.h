// What is known of variables: the data that Choice states of the top level ask for.
//
// Followed are variables that hold a constant, since an Assign of the top level wrote it there: {"paid": true}. Inner
// scopes can't assign them. Everything else (the input, results, computed values) is not known, and a Choice that asks
// for it may go every way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::saga {

class Facts {
 public:
  // By variable: 0 is not assigned, 1 not known, 2 and more a constant.
  using Values = std::vector<std::uint16_t>;

  explicit Facts(asl::Definition const& definition);

  // Before the first state.
  [[nodiscard]] auto initial() const -> Values { return Values(variables_.size()); }

  // Which of a state's Assign fields is evaluated when it is left.
  struct Exit {
    enum class Kind : std::uint8_t { kNormal, kRule, kCatch } kind = Kind::kNormal;
    std::size_t index = 0;  // of the rule or catcher
  };
  // A state of the top level is left.
  void leave(asl::StateIndex state, Exit exit, Values& values) const;

  // Whether a rule's condition holds; nullopt: that is not known.
  [[nodiscard]] auto holds(asl::Condition const& condition, Values const& values) const
      -> std::optional<bool>;

 private:
  using Assigned = std::vector<std::pair<std::size_t, std::uint16_t>>;  // variable, value
  void find_variables(asl::Definition const& definition);
  void find_variables(asl::ChoiceExpression const& test);
  void add_variable(std::string_view name);
  [[nodiscard]] auto index_of(std::string_view name) const -> std::optional<std::size_t>;
  [[nodiscard]] auto read(json::Value const* assign) -> Assigned;
  [[nodiscard]] auto intern(json::Value constant) -> std::uint16_t;
  // The variable's value; null where it is not known, or not assigned.
  [[nodiscard]] auto constant(std::string_view name, Values const& values) const
      -> json::Value const*;
  [[nodiscard]] auto holds(asl::ChoiceExpression const& test, Values const& values) const
      -> std::optional<bool>;
  [[nodiscard]] auto holds_comparison(asl::ChoiceExpression const& test, Values const& values) const
      -> std::optional<bool>;
  [[nodiscard]] auto holds_expression(std::string_view text, Values const& values) const
      -> std::optional<bool>;

  json::Arena arena_;
  std::vector<std::string> variables_;
  std::vector<json::Value> constants_;
  std::map<std::pair<std::uint32_t, std::pair<Exit::Kind, std::size_t>>, Assigned> assigned_;
};

}  // namespace treadle::saga
