// treadle check: whether a data directory holds what it must.
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "treadle/api/object_writer.h"
#include "treadle/runtime/audit.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::app {
namespace {

using api::ObjectWriter;
using runtime::AuditReport;

auto to_json(std::string const& directory, AuditReport const& report) -> std::string {
  std::string findings;
  for (auto const& f : report.findings) {
    if (!findings.empty()) findings += ',';
    findings +=
        ObjectWriter().text("place", f.place).text("problem", f.problem).text("fix", f.fix).take();
  }
  return ObjectWriter()
      .text("directory", directory)
      .flag("sound", report.is_sound())
      .number("executions", report.executions)
      .number("running", report.running)
      .number("journalRows", report.journal_rows)
      .number("events", report.events)
      .number("timers", report.timers)
      .number("outbox", report.outbox)
      .number("tokens", report.approvals)
      .number("snapshots", report.snapshots)
      .raw("findings", "[" + findings + "]")
      .number("findingsLeftOut", report.left_out)
      .take();
}

void print_text(std::string const& directory, AuditReport const& report) {
  for (auto const& f : report.findings) fmt::print("{}: {}\n  {}\n", f.place, f.problem, f.fix);
  if (report.left_out != 0) fmt::print("and {} more\n", report.left_out);
  fmt::print(
      "{}: {} executions ({} running), {} journal rows, {} events, {} timers, {} outbox rows, "
      "{} tokens, {} snapshots: {}\n",
      directory, report.executions, report.running, report.journal_rows, report.events,
      report.timers, report.outbox, report.approvals, report.snapshots,
      report.is_sound() ? "sound"
                        : fmt::format("{} findings", report.findings.size() + report.left_out));
}

auto print(std::string const& directory, AuditReport const& report, bool is_json) -> int {
  if (is_json)
    fmt::print("{}\n", to_json(directory, report));
  else
    print_text(directory, report);
  return report.is_sound() ? kOk : kFailed;
}

// A directory whose rows can't be had: damage is a finding, all else is for the caller to put right.
auto refuse(std::string const& directory, store::StoreError const& error, bool is_json) -> int {
  using Kind = store::StoreError::Kind;
  if (error.kind == Kind::kCorrupt) {
    AuditReport report;
    report.add({directory, error.message, "Restore the data directory from a backup."});
    return print(directory, report, is_json);
  }
  fmt::print(stderr, "treadle check: {}\n", error.message);
  return error.kind == Kind::kIo || error.kind == Kind::kSpace ? kDataError : kUsage;
}

}  // namespace

auto run_check(std::span<std::string const> arguments) -> int {
  CLI::App app(
      "Verifies a data directory that no server uses: replays every execution's journal and "
      "compares "
      "it with the rows beside it. Status 0: sound; 1: there are findings.",
      "treadle check");
  std::string directory;
  std::string format = "text";
  app.add_option("--data", directory, "the data directory")->required();
  app.add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  // Opening would make a store where there is none.
  std::error_code error;
  if (!std::filesystem::is_directory(std::filesystem::path(directory) / "db", error)) {
    fmt::print(stderr, "treadle check: {}: is no data directory of treadle's\n", directory);
    return kUsage;
  }
  auto const is_json = format == "json";
  auto const store = store::open_rocksdb_store({.directory = directory});
  if (!store) return refuse(directory, store.error(), is_json);
  return print(directory, runtime::audit(**store), is_json);
}

}  // namespace treadle::app
