// Spec: settings as a tree with places, whether they came as YAML or as a task's Parameters, and the
// rules in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/settings.h"
#include "treadle/base/result.h"
#include "treadle/import/yaml.h"
#include "treadle/json/value.h"

namespace treadle::approvals {

struct Spec {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  // Of names: "onTimeout" in YAML, "OnTimeout" in Parameters.
  enum class Case : std::uint8_t { kCamel, kPascal };
  Kind kind = Kind::kNull;
  Case names = Case::kCamel;
  std::string text;  // of a scalar
  std::vector<Spec> elements;
  struct Member;
  std::vector<Member> members;
  std::string where;  // "FILE:LINE:COLUMN", "Parameters.Approvers[1]"

  // The member of that name (given as "onTimeout") if it is there and not null.
  [[nodiscard]] auto find(std::string_view name) const -> Spec const*;
  // As it is written here.
  [[nodiscard]] auto spelled(std::string_view name) const -> std::string;
};

struct Spec::Member {
  std::string key;
  Spec value;
};

[[nodiscard]] auto spec_of(import::yaml::Node const& node, std::string const& file) -> Spec;
[[nodiscard]] auto spec_of(json::Value value, std::string where) -> Spec;

// "WHERE: problem".
[[nodiscard]] auto refuse(Spec const& spec, std::string_view problem)
    -> std::unexpected<std::string>;
// Refuses members that are none of `names`, and what is no map.
[[nodiscard]] auto check_names(Spec const& spec, std::vector<std::string_view> const& names)
    -> Result<void, std::string>;

// Names that read_rules() knows.
[[nodiscard]] auto rule_names() -> std::vector<std::string_view>;
// Reads the members of a map; what is not said is as in `start`. An error is one line: "WHERE: what
// was expected".
[[nodiscard]] auto read_rules(Spec const& spec, Rules start = {}) -> Result<Rules, std::string>;

}  // namespace treadle::approvals
