#include "treadle/import/project.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "treadle/base/limits.h"
#include "treadle/import/files.h"
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

using Problem = std::unexpected<std::string>;
template <typename T>
using Read = Result<T, std::string>;

// Reads nodes of one file and knows how to complain about them.
class Reader {
 public:
  explicit Reader(fs::path const& folder)
      : folder_(folder), file_((folder / kProjectFile).string()) {}

  auto run() -> Read<Project> {
    auto const text = TRY(read_file(file_, kProjectBytesMax));
    auto const root = yaml::parse(text);
    if (!root) return refuse(root.error().mark, root.error().message);
    if (root->is_null()) return Project{};
    TRY(check_keys(*root, {"stateMachines", "functions"}));
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
    return project;
  }

 private:
  [[nodiscard]] auto refuse(yaml::Mark at, std::string_view message) const -> Problem {
    return Problem(fmt::format("{}: {}", place(at), message));
  }

  [[nodiscard]] auto place(yaml::Mark at) const -> std::string {
    return fmt::format("{}:{}:{}", file_, at.line, at.column);
  }

  auto expect_map(yaml::Node const& node, std::string_view what) const -> Read<void> {
    if (node.is_map()) return {};
    return refuse(node.mark(), fmt::format("expected {}", what));
  }

  auto check_keys(yaml::Node const& node, std::vector<std::string_view> const& known) const
      -> Read<void> {
    TRY(expect_map(node, fmt::format("a map with {}", fmt::join(known, ", "))));
    for (auto const& [key, value] : node.members())
      if (std::ranges::find(known, key.text()) == known.end())
        return refuse(key.mark(), fmt::format("expected one of {}, but not '{}'",
                                              fmt::join(known, ", "), key.text()));
    return {};
  }

  // The text of member `key`; empty when it is absent or null.
  auto text(yaml::Node const& map, std::string_view key) const -> Read<std::string> {
    auto const* node = map.find(key);
    if (node == nullptr || node->is_null()) return std::string();
    if (!node->is_scalar())
      return refuse(node->mark(), fmt::format("expected a text as '{}'", key));
    return std::string(node->text());
  }

  auto flag(yaml::Node const& map, std::string_view key) const -> Read<bool> {
    auto const value = TRY(text(map, key));
    if (value.empty() || value == "false") return false;
    if (value == "true") return true;
    return refuse(map.find(key)->mark(), fmt::format("expected true or false as '{}'", key));
  }

  auto whole_number(yaml::Node const& map, std::string_view key, std::uint64_t max) const
      -> Read<std::optional<std::uint64_t>> {
    auto const value = TRY(text(map, key));
    if (value.empty()) return std::nullopt;
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number == 0 || number > max)
      return refuse(map.find(key)->mark(),
                    fmt::format("expected a whole number from 1 to {} as '{}'", max, key));
    return number;
  }

  auto pairs(yaml::Node const& map, std::string_view key) const -> Read<Pairs> {
    Pairs out;
    auto const* node = map.find(key);
    if (node == nullptr || node->is_null()) return out;
    TRY(expect_map(*node, fmt::format("texts by name as '{}'", key)));
    for (auto const& [name, value] : node->members()) {
      if (!value.is_scalar() && !value.is_null())
        return refuse(value.mark(), fmt::format("expected a text as '{}'", name.text()));
      out.emplace_back(name.text(), value.text());
    }
    return out;
  }

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
    auto content = read_file(folder_ / file, limits::kDefinitionBytes);
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
    auto const folder = fs::weakly_canonical(fs::absolute(folder_ / code, error), error);
    if (code.empty() || fs::is_directory(folder, error)) return folder;
    return refuse(node.find("code")->mark(),
                  fmt::format("expected a folder, but there is none at {}", folder.string()));
  }

  fs::path folder_;
  std::string file_;
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
