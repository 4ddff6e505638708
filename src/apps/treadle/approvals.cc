// treadle approvals: what waits for people, and decisions.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::app {
namespace {

constexpr std::string_view kName = "approvals";

struct Asked {
  ClientOptions client;
  std::string status = "pending";
  std::string machine;
  std::uint64_t limit = 50;
  std::string id;
  std::string comment;
  std::string approver;
};

// The answer as JSON in `arena`; a refusal of the service as a failure.
auto fetch(ApiClient& client, json::Arena& arena, std::string const& target,
           std::optional<std::string> body = {}) -> Result<json::Value, CallFailure> {
  auto const answer = TRY(client.fetch(target, std::move(body)));
  auto const value = json::parse_copy(arena, answer.body);
  if (!value || !value->is_object()) return std::unexpected(not_json());
  if (auto const* error = value->find("error"))
    return std::unexpected(
        CallFailure{.code = member(*error, "code"), .message = member(*error, "message")});
  if (answer.status >= 400)
    return std::unexpected(
        CallFailure{.code = member(*value, "outcome"), .message = member(*value, "message")});
  return *value;
}

auto path_of(std::string const& id, std::string_view rest) -> std::string {
  return fmt::format("/v1/approvals/{}{}", net::percent_encode(id), rest);
}

void print_line(json::Value approval) {
  fmt::print("{}  {:<24} {:<20} {}\n", member(approval, "id"), member(approval, "openedAt"),
             member(approval, "summary"), member(approval, "title"));
}

auto list(Asked const& asked) -> int {
  ApiClient client(asked.client.endpoint);
  json::Arena arena;
  std::vector<json::Value> all;
  std::string next;
  do {
    auto target = fmt::format("/v1/approvals?status={}&limit={}", asked.status,
                              std::min<std::uint64_t>(asked.limit - all.size(), 200));
    if (!asked.machine.empty()) target += "&machine=" + net::percent_encode(asked.machine);
    if (!next.empty()) target += "&next=" + next;
    auto const page = fetch(client, arena, target);
    if (!page) return report(kName, client, page.error());
    if (auto const* found = page->find("approvals"); found != nullptr && found->is_array())
      all.insert(all.end(), found->elements().begin(), found->elements().end());
    next = member(*page, "next");
  } while (!next.empty() && all.size() < asked.limit);
  if (asked.client.is_json()) return print_list("approvals", all), kOk;
  for (auto const& approval : all) print_line(approval);
  if (all.empty()) fmt::print(stderr, "nothing is {}\n", asked.status);
  if (!next.empty()) fmt::print(stderr, "there are more: --limit\n");
  return kOk;
}

auto show(Asked const& asked) -> int {
  ApiClient client(asked.client.endpoint);
  json::Arena arena;
  auto const approval = fetch(client, arena, path_of(asked.id, ""));
  if (!approval) return report(kName, client, approval.error());
  if (asked.client.is_json()) return fmt::print("{}\n", json::print(*approval)), kOk;
  for (auto const* name : {"title", "summary", "stateMachineName", "executionArn", "stateName",
                           "openedAt", "expiresAt", "requester"})
    if (auto const text = member(*approval, name); !text.empty())
      fmt::print("{:<16} {}\n", name, text);
  if (auto const* facts = approval->find("facts"); facts != nullptr && facts->is_array())
    for (auto const& fact : facts->elements())
      fmt::print("  {}: {}\n", member(fact, "label"), member(fact, "value"));
  return kOk;
}

auto decide(Asked const& asked, std::string_view verdict) -> int {
  ApiClient client(asked.client.endpoint);
  api::ObjectWriter body;
  body.text("decision", verdict);
  if (!asked.comment.empty()) body.text("comment", asked.comment);
  if (!asked.approver.empty()) body.text("approver", asked.approver);
  json::Arena arena;
  auto const answer = fetch(client, arena, path_of(asked.id, "/decision"), body.take());
  if (!answer) return report(kName, client, answer.error());
  if (asked.client.is_json())
    fmt::print("{}\n", json::print(*answer));
  else
    fmt::print("{}\n", member(*answer, "message"));
  return kOk;
}

}  // namespace

auto run_approvals(std::span<std::string const> arguments) -> int {
  CLI::App app("Lists tasks that wait for people, and decides on them.", "treadle approvals");
  app.require_subcommand(1);
  Asked asked;
  auto* const list_command = app.add_subcommand("list", "what waits, or was decided, newest first");
  list_command->add_option("--status", asked.status, "pending or decided")
      ->check(CLI::IsMember({"pending", "decided"}))
      ->capture_default_str();
  list_command->add_option("--machine", asked.machine, "only of this machine: name or ARN");
  list_command->add_option("--limit", asked.limit, "how many at most")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  auto* const show_command = app.add_subcommand("show", "one of them");
  auto* const approve_command = app.add_subcommand("approve", "let the execution go on");
  auto* const reject_command = app.add_subcommand("reject", "refuse what was asked for");
  for (auto* command : {show_command, approve_command, reject_command})
    command->add_option("ID", asked.id, "of the approval")->required();
  for (auto* command : {approve_command, reject_command}) {
    command->add_option("--comment", asked.comment, "the reason");
    command->add_option("--as", asked.approver, "who decides: an approver's id");
  }
  for (auto* command : {list_command, show_command, approve_command, reject_command})
    asked.client.add_to(*command);
  app.footer("Exit status: 0 done, 1 refused or no answer, 2 the command line is wrong.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  if (*list_command) return list(asked);
  if (*show_command) return show(asked);
  return decide(asked, *approve_command ? "approve" : "reject");
}

}  // namespace treadle::app
