// Requests and answers of this module's JSON services.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/approvals/approval.h"
#include "treadle/approvals/decisions.h"
#include "treadle/net/http_message.h"

namespace treadle::approvals {

// {"error":{"code","message"}} and the status.
[[nodiscard]] auto error_answer(int status, std::string_view code, std::string_view message)
    -> net::Response;
[[nodiscard]] auto json_answer(int status, std::string body) -> net::Response;

// The value of a parameter of the query, decoded; nullopt where it is absent. A '+' is a blank.
[[nodiscard]] auto query_value(net::Request const& request, std::string_view name)
    -> std::optional<std::string>;
// A whole number from `least` to `most`; `otherwise` where it is absent, nullopt where it is none.
struct Limits {
  std::uint64_t least = 1;
  std::uint64_t most = 200;
  std::uint64_t otherwise = 50;
};
[[nodiscard]] auto query_number(net::Request const& request, std::string_view name, Limits limits)
    -> std::optional<std::uint64_t>;
// A name in the query that is none of `known`.
[[nodiscard]] auto unknown_parameter(net::Request const& request,
                                     std::vector<std::string_view> const& known)
    -> std::optional<std::string>;

// From where a request comes.
[[nodiscard]] auto origin_of(net::Request const& request) -> Origin;
// The id of the access key that a request says it is signed by; empty: of none.
[[nodiscard]] auto signing_key(net::Request const& request) -> std::string;

}  // namespace treadle::approvals
