// What the tasks of a state machine are to a saga: which undoes which, and which leave nothing to undo.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::saga {

// All by the names of states.
struct Roles {
  struct Undo {
    std::string state;
    std::vector<std::string> steps;  // what it undoes, at least one
  };
  std::vector<Undo> undos;
  std::vector<std::string> read_only;  // leave nothing to undo
  std::vector<std::string> operators;  // undos that somebody makes by hand; they need no Retry
  std::vector<std::string> ignore_ambiguity;  // their failures count as definite, always
  std::vector<std::string>
      answers_for_key;  // their failures count as definite, whatever earlier attempts did
};

// "UNDO=STEP[,STEP...]"; `separator` is what stands between the steps. An error is for the user.
[[nodiscard]] auto read_undo(std::string_view text, char separator)
    -> Result<Roles::Undo, std::string>;

// A file of roles: YAML or JSON with compensates (a map from undo to step or list of steps), readOnly, operators,
// ignoreAmbiguity, answersForKey (each a name or a list). An error is "FILE:LINE:COLUMN: ...".
[[nodiscard]] auto read_roles(std::string const& text, std::string const& file)
    -> Result<Roles, std::string>;

// The roles that the Comments of a definition's states tell, in the order of the text: "saga: undoes A, B",
// "saga: an operator undoes A", "saga: read-only", "saga: ambiguity ignored", "saga: answers for its key"; parts are
// joined by "; ". Comments that do not begin with "saga:" say nothing. `definition` is valid; an error is for the user.
[[nodiscard]] auto roles_of_comments(std::string_view definition) -> Result<Roles, std::string>;

// One state's.
struct CommentRoles {
  std::vector<std::string> undoes;
  bool is_operator = false;
  bool is_read_only = false;
  bool ignores_ambiguity = false;
  bool answers_for_key = false;
};
// Empty where there is nothing to say.
[[nodiscard]] auto to_comment(CommentRoles const& roles) -> std::string;

// Adds what `more` says.
void merge(Roles& roles, Roles more);

// The value of the tag `treadle:saga` (kTag): words with blanks between. "enforce" refuses what is not verified;
// "UNDO=STEP+STEP" and "readOnly:STATE+STATE" tell roles beside those of the Comments; "deadline:SECONDS" has executions
// compensate after that time. Names with blanks, commas and the like can't be written so. An error is for the user.
inline constexpr std::string_view kTag = "treadle:saga";
inline constexpr std::uint64_t kDeadlineSecondsMax = 99'999'999;  // as TimeoutSeconds
struct TagValue {
  Roles roles;
  bool enforce = false;
  std::optional<std::uint64_t> deadline_seconds;
};
[[nodiscard]] auto read_tag(std::string_view value) -> Result<TagValue, std::string>;

}  // namespace treadle::saga
