// What a request for approval says, out of the effective Parameters of its task.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/settings.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::approvals {

// A value as a Fact shows it: task tokens masked, one line, at most 1,000 characters.
[[nodiscard]] auto fact_value(json::Value value, std::string_view token_start) -> std::string;

// Reads the Parameters of one task. `token_start` is what the task's token begins with. Owns nothing
// but what it parses: short-lived.
class RequestFacts {
 public:
  RequestFacts(std::string_view parameters, std::string_view token_start);

  // The value at "$.a.b[0]"; nullptr where there is none. Of a call of a function the path is tried
  // in its Payload too.
  [[nodiscard]] auto at(std::string_view path) const -> json::Value const*;
  [[nodiscard]] auto root() const -> json::Value { return root_; }

  // `text` with "{$.path}" replaced, one line, at most 150 characters.
  [[nodiscard]] auto fill_in(std::string_view text) const -> std::string;
  // `text` as it is, otherwise likewise.
  [[nodiscard]] auto plain(std::string_view text) const -> std::string;
  [[nodiscard]] auto chosen(std::vector<Field> const& fields) const -> std::vector<Fact>;
  // The scalars, as deep as two levels: labels "order.total".
  [[nodiscard]] auto scalars() const -> std::vector<Fact>;
  // Of the resource treadle:approval: its Fields, label by label.
  [[nodiscard]] auto own_fields() const -> std::vector<Fact>;

 private:
  void collect(json::Value object, std::string const& prefix, int depth,
               std::vector<Fact>& out) const;

  json::Arena arena_;
  std::string token_start_;
  json::Value root_;
};

}  // namespace treadle::approvals
