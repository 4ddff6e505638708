// A sub-command of the treadle binary: one file each, listed in main.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace treadle::app {

// Exit statuses that every command keeps to.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;      // the work was done and its outcome is a failure
inline constexpr int kUsage = 2;       // the command line or a file it names is wrong
inline constexpr int kDataError = 74;  // the data directory can't be written or read (EX_IOERR)

struct Command {
  std::string_view name;
  std::string_view summary;  // one line for `treadle --help`
  // `arguments` without the command's own name. Returns the exit status.
  auto (*run)(std::span<std::string const> arguments) -> int;
};

auto run_eval(std::span<std::string const> arguments) -> int;
auto run_import(std::span<std::string const> arguments) -> int;
auto run_lint(std::span<std::string const> arguments) -> int;
auto run_validate(std::span<std::string const> arguments) -> int;

auto run_server(std::span<std::string const> arguments) -> int;
auto run_check(std::span<std::string const> arguments) -> int;
auto run_approvals(std::span<std::string const> arguments) -> int;
auto run_audit(std::span<std::string const> arguments) -> int;
auto run_bench(std::span<std::string const> arguments) -> int;
auto run_start(std::span<std::string const> arguments) -> int;
auto run_list(std::span<std::string const> arguments) -> int;
auto run_describe(std::span<std::string const> arguments) -> int;
auto run_history(std::span<std::string const> arguments) -> int;
auto run_stop(std::span<std::string const> arguments) -> int;
auto run_redrive(std::span<std::string const> arguments) -> int;
auto run_saga(std::span<std::string const> arguments) -> int;
auto run_test(std::span<std::string const> arguments) -> int;
auto run_run(std::span<std::string const> arguments) -> int;

}  // namespace treadle::app
