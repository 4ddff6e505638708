#include <cstdio>
#include <string>
#include <vector>

#include "apps/treadle/command.h"
#include "apps/treadle/version.h"

namespace treadle::app {
namespace {

constexpr Command kCommands[] = {
    {"server", "serve the Step Functions API", run_server},
    {"serve", "the same", run_server},
    {"run", "run one execution in memory", run_run},
    {"test", "run cases with scripted tasks in virtual time", run_test},
    {"validate", "check state machine definitions", run_validate},
    {"lint", "find what definitions are likely to get wrong", run_lint},
    {"saga", "compile sagas, and prove that they end compensated", run_saga},
    {"import", "take state machines and functions out of Terraform", run_import},
    {"eval", "evaluate expressions: NDJSON in, NDJSON out", run_eval},
    {"start", "start an execution", run_start},
    {"list", "list state machines or executions", run_list},
    {"describe", "describe an execution or a state machine", run_describe},
    {"history", "print what an execution did", run_history},
    {"stop", "stop an execution", run_stop},
    {"redrive", "let a failed execution go on", run_redrive},
    {"approvals", "list tasks that wait for people, and decide", run_approvals},
    {"audit", "verify or export the audit log", run_audit},
    {"check", "verify a data directory", run_check},
    {"bench", "measure, beside the limit in the same run", run_bench},
};

void print_usage(std::FILE* out) {
  std::fputs("usage: treadle COMMAND [ARGUMENT...]\n\n", out);
  for (auto const& command : kCommands)
    std::fprintf(out, "  %-10.*s %.*s\n", static_cast<int>(command.name.size()),
                 command.name.data(), static_cast<int>(command.summary.size()),
                 command.summary.data());
  std::fputs("\n`treadle COMMAND --help` tells more.\n", out);
}

auto run(std::vector<std::string> const& arguments) -> int {
  if (arguments.empty()) {
    print_usage(stderr);
    return kUsage;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print_usage(stdout);
    return kOk;
  }
  if (arguments[0] == "--version" || arguments[0] == "version") {
    std::printf("treadle %s (%s)\n", version().data(), commit().data());
    return kOk;
  }
  for (auto const& command : kCommands)
    if (command.name == arguments[0]) return command.run(std::span(arguments).subspan(1));
  std::fprintf(stderr, "treadle: there is no command '%s'\n\n", arguments[0].c_str());
  print_usage(stderr);
  return kUsage;
}

}  // namespace
}  // namespace treadle::app

auto main(int argc, char** argv) -> int {
  return treadle::app::run(std::vector<std::string>(argv + 1, argv + argc));
}
