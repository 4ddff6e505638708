#include "treadle/asl/template_checks.h"

#include <cstddef>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "treadle/asl/literal_warnings.h"

namespace treadle::asl {
namespace {

// The way to the current value is kept as steps and spelled out only where a diagnostic needs it:
// spelling it at every level would be quadratic in the length of the keys.
class TemplateWalk {
 public:
  TemplateWalk(Location const& root, Report& report) : root_(root), report_(report) {}

  void visit(json::Value value) {
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.elements().size(); ++i) descend(i, value.elements()[i]);
    } else if (value.is_object()) {
      check_names(value);
      for (auto const& member : value.members()) {
        if (member.value.is_string())
          look_at(member);
        else
          descend(member.key, member.value);
      }
    }
  }

 private:
  using Step = std::variant<std::size_t, std::string_view>;

  void descend(Step step, json::Value value) {
    steps_.push_back(step);
    visit(value);
    steps_.pop_back();
  }

  void check_names(json::Value object) {
    std::set<std::string_view> computed;
    for (auto const& member : object.members())
      if (member.key.ends_with(".$")) computed.insert(member.key.substr(0, member.key.size() - 2));
    if (computed.empty()) return;
    for (auto const& member : object.members())
      if (computed.contains(member.key))
        report_.error(here(),
                      fmt::format("The fields '{0}' and '{0}.$' exclude each other", member.key));
  }

  void look_at(json::Member const& member) {
    if (member.key.ends_with(".$") || !looks_like_path_or_call(member.value.as_string())) return;
    report_.warning(Code::kNoDollar, here() / member.key,
                    "No .$ on a field that appears to be a JSONPath or Intrinsic Function.");
  }

  [[nodiscard]] auto here() const -> Location {
    auto location = root_;
    for (auto const& step : steps_)
      if (auto const* index = std::get_if<std::size_t>(&step); index != nullptr)
        location = location[*index];
      else
        location = location / std::get<std::string_view>(step);
    return location;
  }

  Location const& root_;
  Report& report_;
  std::vector<Step> steps_;
};

}  // namespace

void check_template(json::Value payload_template, Location const& where, Report& report) {
  TemplateWalk(where, report).visit(payload_template);
}

}  // namespace treadle::asl
