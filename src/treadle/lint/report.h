// What the rules found in one definition, without what its author silenced.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/lint/machine.h"
#include "treadle/lint/place.h"
#include "treadle/lint/rules.h"
#include "treadle/lint/text_position.h"

namespace treadle::lint {

// One place where one rule, or validation, has something to say.
struct Finding {
  std::string code;  // a rule's ("missing-path"), or validation's ("SCHEMA_VALIDATION_FAILED")
  Level level = Level::kWarning;
  std::string message;
  std::string location;  // as AWS names it: "/States/Pick/Choices[0]"; empty when there is none
  TextPosition position;
};

// Keeps the first kFindingsMax of each level and shortens overlong texts.
class Report {
 public:
  static constexpr std::size_t kFindingsMax = 1'000;
  static constexpr std::size_t kTextBytesMax = 4'096;

  // `disabled` are silent everywhere.
  Report(Machine const& machine, std::set<Rule> disabled);

  // A finding in a state, or in none (the machine as a whole).
  void add(Rule rule, asl::StateIndex state, Place const& place, std::string message);
  void add(Rule rule, Place const& place, std::string message);
  // At another level than the rule's own.
  void raise(Rule rule, Level level);

  // In the order of the text. Leaves the report empty.
  [[nodiscard]] auto take() -> std::vector<Finding>;

 private:
  struct Found {
    Rule rule;
    std::size_t offset;
    std::string location;
    std::string message;
  };

  [[nodiscard]] auto is_silent(Rule rule, asl::StateIndex state) const -> bool;
  void keep(Rule rule, Place const& place, std::string message);

  Machine const& machine_;
  std::set<Rule> disabled_;               // everywhere
  std::vector<std::set<Rule>> by_state_;  // by the Comment of each state
  std::map<Rule, Level> raised_;
  std::map<Level, std::size_t> counts_;
  std::vector<Found> found_;
};

// The rules that a Comment silences: "lint-disable CODE[, CODE]", with any text before it. What is
// no code ends the list.
[[nodiscard]] auto silenced_by(std::string_view comment) -> std::set<Rule>;

}  // namespace treadle::lint
