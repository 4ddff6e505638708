// The audit log over HTTP: records as they are stored, so that whoever reads them can check the chain.

#include <fmt/format.h>

#include "treadle/approvals/audit_log.h"
#include "treadle/approvals/http_answers.h"
#include "treadle/approvals/inbox_service.h"

namespace treadle::approvals {
namespace {

constexpr std::string_view kPath = "/v1/audit";
constexpr std::size_t kPageBytes = 4U << 20U;

auto answer(store::Store const& store, net::Request const& request) -> net::Response {
  if (request.method != "GET")
    return error_answer(405, "MethodNotAllowed", "The audit log can be read, and nothing else.");
  if (auto const name = unknown_parameter(request, {"after", "limit"}))
    return error_answer(400, "ValidationException",
                        fmt::format("There is no parameter '{}'.", *name));
  auto const after =
      query_number(request, "after", {.least = 0, .most = ~0ULL - 1, .otherwise = 0});
  auto const limit =
      query_number(request, "limit", {.least = 1, .most = 10'000, .otherwise = 1'000});
  if (!after || !limit)
    return error_answer(400, "ValidationException",
                        "'after' must be a record's number, 'limit' a number from 1 to 10000.");
  // The head first: what comes after it is beyond it.
  auto const head = read_audit_head(store);
  std::string body;
  std::uint64_t count = 0;
  auto const read = read_audit(store, *after, [&](std::uint64_t, std::string const& text) {
    body += text;
    body += '\n';
    return ++count < *limit && body.size() < kPageBytes;
  });
  if (!read || !head)
    return error_answer(503, "ServiceUnavailable", "The store can't be read just now.");
  auto out = json_answer(200, std::move(body));
  out.content_type = "application/x-ndjson";
  out.headers.add("treadle-audit-head", fmt::format("{} {}", head->sequence, head->hash));
  return out;
}

}  // namespace

auto audit_service(store::Store const& store) -> HttpService {
  return {.claim = [](net::Request const& request) -> std::optional<Caller> {
            return path_of(request) == kPath ? std::optional(Caller::kSigned) : std::nullopt;
          },
          .serve = [&store](net::Request&& request,
                            net::Responder responder) { responder.send(answer(store, request)); },
          .refusal = [](net::Request const&, int status, std::string_view code,
                        std::string_view message) { return error_answer(status, code, message); }};
}

}  // namespace treadle::approvals
