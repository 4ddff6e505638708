// treadle audit: whether the audit log is whole, and its records.

#include <charconv>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/client_command.h"
#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/approvals/audit_log.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::app {
namespace {

using approvals::AuditHead;
using approvals::AuditVerifier;

constexpr std::string_view kName = "audit";

struct Asked {
  ClientOptions client;
  std::string data;
  std::string anchor;
};

// Every record in order, from a data directory or a server, until `visit` gives false; then the head.
// nullopt, or the status to exit with.
template <typename Visit>
auto read_offline(Asked const& asked, AuditHead& head, Visit&& visit) -> std::optional<int> {
  std::error_code error;
  if (!std::filesystem::is_directory(std::filesystem::path(asked.data) / "db", error)) {
    fmt::print(stderr, "treadle audit: {}: is no data directory of treadle's\n", asked.data);
    return kUsage;
  }
  auto const store = store::open_rocksdb_store({.directory = asked.data});
  if (!store) {
    fmt::print(stderr, "treadle audit: {}\n", store.error().message);
    return kDataError;
  }
  auto const found = approvals::read_audit_head(**store);
  auto const read = approvals::read_audit(
      **store, 0, [&](std::uint64_t, std::string const& text) { return visit(text); });
  if (!found || !read) {
    fmt::print(stderr, "treadle audit: {}\n", found ? read.error() : found.error());
    return kDataError;
  }
  head = *found;
  return std::nullopt;
}

auto read_head(std::string_view header) -> std::optional<AuditHead> {
  AuditHead head;
  auto const [end, error] =
      std::from_chars(header.data(), header.data() + header.size(), head.sequence);
  if (error != std::errc{} || end == header.data() + header.size()) return std::nullopt;
  head.hash = std::string(end + 1, header.data() + header.size());
  return head;
}

template <typename Visit>
auto read_online(Asked const& asked, AuditHead& head, Visit&& visit) -> std::optional<int> {
  ApiClient client(asked.client.endpoint);
  for (std::uint64_t after = 0;;) {
    auto const page = client.fetch(fmt::format("/v1/audit?after={}", after));
    if (!page) return report(kName, client, page.error());
    auto const noted = read_head(page->headers.find("treadle-audit-head").value_or(""));
    if (page->status != 200 || !noted)
      return report(
          kName, client,
          {.code = fmt::format("HTTP {}", page->status), .message = page->body.substr(0, 200)});
    // What came after the first look is left to the next.
    if (after == 0) head = *noted;
    std::string_view body = page->body;
    if (body.empty()) return std::nullopt;
    while (!body.empty()) {
      auto const end = std::min(body.find('\n'), body.size());
      if (after == head.sequence || !visit(body.substr(0, end))) return std::nullopt;
      ++after;
      body.remove_prefix(std::min(end + 1, body.size()));
    }
  }
}

template <typename Visit>
auto read(Asked const& asked, AuditHead& head, Visit&& visit) -> std::optional<int> {
  return asked.data.empty() ? read_online(asked, head, visit) : read_offline(asked, head, visit);
}

auto verify(Asked const& asked) -> int {
  AuditHead head;
  AuditVerifier verifier(asked.anchor);
  if (auto const status =
          read(asked, head, [&](std::string_view text) { return verifier.add(text); }))
    return *status;
  verifier.finish(head);
  auto const& broken = verifier.broken();
  if (asked.client.is_json()) {
    api::ObjectWriter out;
    out.flag("sound", !broken)
        .number("records", verifier.records())
        .text("lastHash", verifier.last_hash());
    if (broken) out.number("brokenAt", broken->sequence).text("problem", broken->problem);
    fmt::print("{}\n", out.take());
  } else if (broken) {
    fmt::print(
        "the chain breaks at record {}: {}\n{} records before it are sound, the last with "
        "the hash {}\n",
        broken->sequence, broken->problem, verifier.records(), verifier.last_hash());
  } else {
    fmt::print("{} records, sound; the last has the hash {}\n", verifier.records(),
               verifier.last_hash());
  }
  return broken ? kFailed : kOk;
}

auto export_records(Asked const& asked) -> int {
  AuditHead head;
  auto const status = read(asked, head, [](std::string_view text) {
    fmt::print("{}\n", text);
    return true;
  });
  return status.value_or(kOk);
}

}  // namespace

auto run_audit(std::span<std::string const> arguments) -> int {
  CLI::App app("Verifies or exports the audit log: of a server, or of a data directory.",
               "treadle audit");
  app.require_subcommand(1);
  Asked asked;
  auto* const verify_command =
      app.add_subcommand("verify", "whether no record was changed, dropped or added");
  auto* const export_command = app.add_subcommand("export", "all records, one JSON object a line");
  verify_command->add_option("--expect", asked.anchor,
                             "a hash that was printed before: it must still be in the chain");
  for (auto* command : {verify_command, export_command}) {
    command->add_option("--data", asked.data, "a data directory that no server uses");
    asked.client.add_to(*command);
  }
  app.footer(
      "Exit status: 0 sound, 1 the chain breaks or no answer, 2 the command line is wrong, 74 the "
      "data can't be read.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  return *verify_command ? verify(asked) : export_records(asked);
}

}  // namespace treadle::app
