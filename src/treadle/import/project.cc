#include "treadle/import/project.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/import/files.h"
#include "treadle/import/node_reader.h"
#include "treadle/import/project_logs.h"
#include "treadle/import/project_services.h"
#include "treadle/import/project_status_changes.h"
#include "treadle/import/yaml.h"

namespace treadle::import {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProjectBytesMax = 4U << 20U;
constexpr std::uint64_t kTimeoutSecondsMax = 86'400;
constexpr std::uint64_t kMemoryMegabytesMax = 1U << 20U;

constexpr std::pair<std::string_view, FunctionRuntime> kRuntimes[] = {
    {"nodejs", FunctionRuntime::kNodejs},
    {"python", FunctionRuntime::kPython},
    {"command", FunctionRuntime::kCommand},
    {"http", FunctionRuntime::kHttp},
};

// Reads nodes of one file and knows how to complain about them.
class Reader : NodeReader {
 public:
  explicit Reader(fs::path const& folder) : NodeReader(folder) {}

  auto run() -> Read<Project> {
    auto const text = TRY(read_file(file(), kProjectBytesMax));
    auto const root = yaml::parse(text);
    if (!root) return refuse(root.error().mark, root.error().message);
    if (root->is_null()) return Project{};
    TRY(check_keys(
        *root, {"stateMachines", "functions", "services", "connections", "httpTask",
                "statusChanges", "logs", "approvals", "s3", "sqs", "sns", "events", "timestream"}));
    Project project;
    if (auto const* machines = root->find("stateMachines");
        machines != nullptr && !machines->is_null()) {
      TRY(expect_map(*machines, "state machines by name"));
      for (auto const& [key, node] : machines->members())
        project.state_machines.push_back(TRY(machine(key, node)));
    }
    if (auto const* functions = root->find("functions");
        functions != nullptr && !functions->is_null()) {
      TRY(expect_map(*functions, "functions by name"));
      for (auto const& [key, node] : functions->members())
        project.functions.push_back(TRY(function(key, node)));
    }
    TRY(read_services(*this, *root, project));
    project.status_changes = TRY(read_status_changes(*this, *root));
    project.logs = TRY(read_logs(*this, *root));
    if (auto const* approvals = root->find("approvals");
        approvals != nullptr && !approvals->is_null())
      project.approvals = *approvals;
    auto local_services = read_local_services(*root);
    if (!local_services) return refuse(local_services.error().at, local_services.error().message);
    project.local_services = std::move(*local_services);
    return project;
  }

 private:
  auto machine(yaml::Node const& key, yaml::Node const& node) const -> Read<StateMachine> {
    TRY(check_keys(node, {"definition", "type", "roleArn", "loggingConfiguration",
                          "tracingConfiguration", "tags"}));
    StateMachine out;
    out.name = key.text();
    out.place = place(key.mark());
    if (!is_machine_name(out.name))
      return refuse(key.mark(),
                    fmt::format("expected a name of at most {} letters, digits, '-' and '_'",
                                limits::kNameChars));
    auto const type = TRY(text(node, "type"));
    if (type == "EXPRESS") {
      out.type = asl::MachineType::kExpress;
    } else if (!type.empty() && type != "STANDARD") {
      return refuse(node.find("type")->mark(), "expected STANDARD or EXPRESS");
    }
    if (auto role = TRY(text(node, "roleArn")); !role.empty()) out.role_arn = std::move(role);
    out.logging = TRY(logging(node));
    if (auto const* tracing = node.find("tracingConfiguration");
        tracing != nullptr && !tracing->is_null()) {
      TRY(check_keys(*tracing, {"enabled"}));
      out.is_tracing_enabled = TRY(flag(*tracing, "enabled"));
    }
    out.tags = TRY(pairs(node, "tags"));
    out.definition = TRY(definition(node));
    return out;
  }

  auto definition(yaml::Node const& node) const -> Read<std::string> {
    auto const file = TRY(text(node, "definition"));
    if (file.empty()) return refuse(node.mark(), "expected a 'definition': the file that holds it");
    auto content = read_file(folder() / file, limits::kDefinitionBytes);
    if (!content) return refuse(node.find("definition")->mark(), content.error());
    return std::move(*content);
  }

  auto logging(yaml::Node const& machine_node) const -> Read<std::optional<LoggingConfiguration>> {
    auto const* node = machine_node.find("loggingConfiguration");
    if (node == nullptr || node->is_null()) return std::nullopt;
    TRY(check_keys(*node, {"level", "includeExecutionData", "destinations"}));
    LoggingConfiguration out;
    if (auto level = TRY(text(*node, "level")); !level.empty()) {
      constexpr std::string_view kLevels[] = {"ALL", "ERROR", "FATAL", "OFF"};
      if (std::ranges::find(kLevels, level) == std::end(kLevels))
        return refuse(node->find("level")->mark(), "expected ALL, ERROR, FATAL or OFF");
      out.level = std::move(level);
    }
    out.include_execution_data = TRY(flag(*node, "includeExecutionData"));
    out.log_group_arn = TRY(log_group_arn(*node));
    return out;
  }

  // destinations: [{cloudWatchLogsLogGroup: {logGroupArn: ...}}], at most one, as the API has it.
  auto log_group_arn(yaml::Node const& logging_node) const -> Read<std::string> {
    auto const* node = logging_node.find("destinations");
    if (node == nullptr || node->is_null()) return std::string();
    if (!node->is_list() || node->elements().size() > 1)
      return refuse(node->mark(), "expected a list of one destination");
    if (node->elements().empty()) return std::string();
    auto const& destination = node->elements()[0];
    TRY(check_keys(destination, {"cloudWatchLogsLogGroup"}));
    auto const* group = destination.find("cloudWatchLogsLogGroup");
    if (group == nullptr) return refuse(destination.mark(), "expected a cloudWatchLogsLogGroup");
    TRY(check_keys(*group, {"logGroupArn"}));
    return text(*group, "logGroupArn");
  }

  auto function(yaml::Node const& key, yaml::Node const& node) const -> Read<Function> {
    Function out;
    out.name = key.text();
    if (node.is_null()) return out;
    TRY(check_keys(node, {"runtime", "handler", "code", "command", "url", "environment", "timeout",
                          "memory"}));
    if (auto const runtime = TRY(text(node, "runtime")); !runtime.empty()) {
      auto const* found = std::ranges::find(kRuntimes, runtime,
                                            &std::pair<std::string_view, FunctionRuntime>::first);
      if (found == std::end(kRuntimes))
        return refuse(node.find("runtime")->mark(), "expected nodejs, python, command or http");
      out.runtime = found->second;
    }
    TRY(read_handler(node, key, out));
    out.code = TRY(code_folder(node));
    out.environment = TRY(pairs(node, "environment"));
    if (auto const timeout = TRY(whole_number(node, "timeout", kTimeoutSecondsMax)))
      out.timeout = std::chrono::seconds(*timeout);
    if (auto const memory = TRY(whole_number(node, "memory", kMemoryMegabytesMax)))
      out.memory_mb = static_cast<std::uint32_t>(*memory);
    return out;
  }

  // `handler` says it for every runtime; `command` and `url` are other words for it.
  auto read_handler(yaml::Node const& node, yaml::Node const& key, Function& out) const
      -> Read<void> {
    out.handler = TRY(text(node, "handler"));
    out.command = TRY(text(node, "command"));
    out.url = TRY(text(node, "url"));
    if (!out.runtime) {
      if (out.handler.empty() && out.command.empty() && out.url.empty()) return {};
      return refuse(key.mark(),
                    "expected a 'runtime' (nodejs, python, command or http) beside the handler");
    }
    auto const is_other = [&](std::string_view name, FunctionRuntime runtime) {
      return node.find(name) != nullptr && out.runtime != runtime;
    };
    if (is_other("command", FunctionRuntime::kCommand))
      return refuse(node.find("command")->mark(), "expected 'command' only with runtime: command");
    if (is_other("url", FunctionRuntime::kHttp))
      return refuse(node.find("url")->mark(), "expected 'url' only with runtime: http");
    if (out.runtime == FunctionRuntime::kCommand && out.command.empty())
      out.command = std::exchange(out.handler, {});
    if (out.runtime == FunctionRuntime::kHttp && out.url.empty())
      out.url = std::exchange(out.handler, {});
    if (out.handler.empty() && out.command.empty() && out.url.empty())
      return refuse(
          node.mark(),
          "expected a 'handler': FILE.FUNCTION, a command or a URL, as the runtime needs it");
    bool const is_http = out.url.starts_with("http://") || out.url.starts_with("https://");
    if (!out.url.empty() && !is_http)
      return refuse(node.mark(), "expected a URL that begins with http:// or https://");
    bool const is_lambda =
        out.runtime == FunctionRuntime::kNodejs || out.runtime == FunctionRuntime::kPython;
    if (is_lambda && !out.handler.contains('.'))
      return refuse(node.find("handler")->mark(), "expected FILE.FUNCTION as the handler");
    return {};
  }

  auto code_folder(yaml::Node const& node) const -> Read<fs::path> {
    auto const code = TRY(text(node, "code"));
    std::error_code error;
    auto const found = fs::weakly_canonical(fs::absolute(folder() / code, error), error);
    if (code.empty() || fs::is_directory(found, error)) return found;
    return refuse(node.find("code")->mark(),
                  fmt::format("expected a folder, but there is none at {}", found.string()));
  }
};

}  // namespace

auto load_project(fs::path const& folder) -> Result<Project, std::string> {
  return Reader(folder).run();
}

auto is_machine_name(std::string_view name) -> bool {
  auto const is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !name.empty() && name.size() <= limits::kNameChars &&
         std::ranges::all_of(name, is_allowed);
}

auto runtime_name(FunctionRuntime runtime) -> std::string_view {
  return std::ranges::find(kRuntimes, runtime,
                           &std::pair<std::string_view, FunctionRuntime>::second)
      ->first;
}

}  // namespace treadle::import
