// A filter pattern of terms: which log events FilterLogEvents gives.
// Source: CloudWatch Logs User Guide, "Filter pattern syntax", terms of unstructured log events.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::logs {

// Terms are case-sensitive; "in quotes" they may hold blanks. All plain ones must occur and none with
// a minus before it; of those with a question mark one must, where there are no plain ones.
class FilterPattern {
 public:
  // nullopt: a pattern of fields ("{ $.type = ... }", "[a, b]", "%regex%"), which is not known here.
  [[nodiscard]] static auto parse(std::string_view text) -> std::optional<FilterPattern>;
  [[nodiscard]] auto matches(std::string_view message) const -> bool;

 private:
  std::vector<std::string> all_, any_, none_;
};

}  // namespace treadle::logs
