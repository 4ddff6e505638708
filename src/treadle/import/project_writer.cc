#include "treadle/import/project_writer.h"

#include <algorithm>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "treadle/import/files.h"
#include "treadle/import/yaml.h"

namespace treadle::import {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProjectBytesMax = 4U << 20U;
constexpr std::string_view kHeader =
    "# A treadle project: `treadle server --project` runs it. Format: docs/treadle-yaml.md\n";
constexpr std::string_view kIndent = "  ";

// A member of a map: its key and the lines that it stands on, with the comment lines above it.
struct Entry {
  std::string key;
  std::string text;
  bool is_empty = false;  // its value is null or an empty map
};

auto split_lines(std::string_view text) -> std::vector<std::string_view> {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

auto is_comment_or_blank(std::string_view line) -> bool {
  auto const first = line.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || line[first] == '#';
}

// The first of the lines from `lowest` on that are comments above line `line`. A comment further in
// than `indent` belongs to what stands above it.
auto first_comment_above(std::span<std::string_view const> lines, std::size_t line,
                         std::size_t lowest, std::string_view indent) -> std::size_t {
  auto const belongs = [&](std::string_view text) {
    auto const first = text.find_first_not_of(" \t\r\n");
    return is_comment_or_blank(text) && (first == std::string_view::npos || first <= indent.size());
  };
  while (line > lowest && belongs(lines[line - 1])) --line;
  return line;
}

auto has_no_content(yaml::Node const& node) -> bool {
  return node.is_null() || (node.is_map() && node.members().empty());
}

auto join(std::span<std::string_view const> lines) -> std::string {
  std::string out;
  for (auto const line : lines) out += line;
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

// `node` in one line, for what stood in braces and can't be kept to the byte.
auto to_flow(yaml::Node const& node) -> std::string {
  std::string out;
  switch (node.kind()) {
    case yaml::Node::Kind::kNull: return "null";
    case yaml::Node::Kind::kScalar: {
      // Left plain it stays what it was (a number, true); in quotes it stays a string.
      auto const quoted = yaml::scalar(node.text());
      bool const is_plain =
          !node.is_quoted() &&
          node.text().find_first_of("{}[],:#&*!|>'\"%@`\n") == std::string_view::npos;
      return is_plain ? std::string(node.text()) : quoted;
    }
    case yaml::Node::Kind::kList:
      for (auto const& element : node.elements())
        out += (out.empty() ? "" : ", ") + to_flow(element);
      return "[" + out + "]";
    case yaml::Node::Kind::kMap:
      for (auto const& [key, value] : node.members())
        out += (out.empty() ? "" : ", ") + yaml::scalar(key.text()) + ": " + to_flow(value);
      return "{" + out + "}";
  }
  return out;
}

// The members of `map`, which stands on the lines before `end` (from 0). Comments above the first
// one start no earlier than line `begin`.
auto entries_of(yaml::Node const& map, std::span<std::string_view const> lines, std::size_t begin,
                std::size_t end, std::string_view indent) -> std::vector<Entry> {
  std::vector<Entry> out;
  std::vector<std::size_t> starts;
  bool is_block = true;
  for (auto const& [key, value] : map.members()) {
    auto const line = key.mark().line - 1;
    auto const before = lines[line].substr(0, key.mark().column - 1);
    is_block =
        is_block && line >= begin && before == indent && (starts.empty() || line > starts.back());
    starts.push_back(line);
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    auto const& [key, value] = map.members()[i];
    Entry entry{.key = std::string(key.text()), .text = {}, .is_empty = has_no_content(value)};
    if (is_block) {
      auto const lowest = i == 0 ? begin : starts[i - 1] + 1;
      auto const from = first_comment_above(lines, starts[i], lowest, indent);
      auto const to = i + 1 < starts.size()
                          ? first_comment_above(lines, starts[i + 1], starts[i] + 1, indent)
                          : end;
      entry.text = join(lines.subspan(from, to - from));
    } else {
      entry.text = fmt::format("{}{}: {}\n", indent, yaml::scalar(key.text()), to_flow(value));
    }
    out.push_back(std::move(entry));
  }
  return out;
}

void append_pairs(std::string& out, std::string_view indent, std::string_view key,
                  Pairs const& pairs) {
  if (pairs.empty()) return;
  out += fmt::format("{}{}:\n", indent, key);
  for (auto const& [name, value] : pairs)
    out += fmt::format("{}{}{}: {}\n", indent, kIndent, yaml::scalar(name), yaml::scalar(value));
}

auto machine_entry(StateMachine const& machine) -> Entry {
  auto const key = yaml::scalar(machine.name);
  auto out =
      fmt::format("  {}:\n    definition: {}\n", key, yaml::scalar(machine.name + ".asl.json"));
  out += fmt::format("    type: {}\n",
                     machine.type == asl::MachineType::kExpress ? "EXPRESS" : "STANDARD");
  out += fmt::format("    roleArn: {}\n", yaml::scalar(machine.role_arn));
  if (machine.logging) {
    out +=
        fmt::format("    loggingConfiguration:\n      level: {}\n      includeExecutionData: {}\n",
                    machine.logging->level, machine.logging->include_execution_data);
    if (!machine.logging->log_group_arn.empty())
      out += fmt::format(
          "      destinations:\n        - cloudWatchLogsLogGroup:\n            logGroupArn: {}\n",
          yaml::scalar(machine.logging->log_group_arn));
  }
  if (machine.is_tracing_enabled) out += "    tracingConfiguration:\n      enabled: true\n";
  append_pairs(out, "    ", "tags", machine.tags);
  return {.key = machine.name, .text = std::move(out), .is_empty = false};
}

// Relative to `folder`, unless the two have nothing but the root in common.
auto code_path(fs::path const& code, fs::path const& folder) -> std::string {
  std::error_code error;
  auto const base = fs::weakly_canonical(fs::absolute(folder, error), error);
  auto const target = fs::weakly_canonical(code, error);
  auto const second = [](fs::path const& p) {
    return std::next(p.begin(), p.relative_path().empty() ? 0 : 1);
  };
  bool const is_near = !error && *second(base) == *second(target);
  return is_near ? target.lexically_relative(base).string() : code.string();
}

auto function_entry(ImportedFunction const& imported, fs::path const& folder) -> Entry {
  auto const& function = imported.function;
  auto const key = yaml::scalar(function.name);
  if (!function.runtime) {
    auto const remark = imported.remark.empty() ? "" : "  # " + imported.remark;
    return {
        .key = function.name, .text = fmt::format("  {}: {{}}{}\n", key, remark), .is_empty = true};
  }
  auto out = fmt::format("  {}:\n    runtime: {}\n    handler: {}\n", key,
                         runtime_name(*function.runtime), yaml::scalar(function.handler));
  if (!function.code.empty())
    out += fmt::format("    code: {}\n", yaml::scalar(code_path(function.code, folder)));
  if (!imported.remark.empty()) out += fmt::format("    # {}\n", imported.remark);
  if (function.timeout) out += fmt::format("    timeout: {}\n", function.timeout->count());
  if (function.memory_mb) out += fmt::format("    memory: {}\n", *function.memory_mb);
  append_pairs(out, "    ", "environment", function.environment);
  return {.key = function.name, .text = std::move(out), .is_empty = false};
}

// The comment lines that begin `text`.
auto leading_comments(std::string_view text) -> std::string {
  std::string out;
  for (auto const line : split_lines(text)) {
    if (!is_comment_or_blank(line)) break;
    out += line;
  }
  return out;
}

enum class Settled : std::uint8_t { kReplaced, kKept };

// `existing` with `imported` in it: in place where the key is there, else at the end.
auto merge(std::vector<Entry> existing, std::vector<Entry> imported, Settled settled)
    -> std::vector<Entry> {
  for (auto& entry : imported) {
    auto const found = std::ranges::find(existing, entry.key, &Entry::key);
    if (found == existing.end()) {
      existing.push_back(std::move(entry));
    } else if (settled == Settled::kReplaced || found->is_empty) {
      entry.text = leading_comments(found->text) + entry.text;
      *found = std::move(entry);
    }
  }
  return existing;
}

auto section_text(std::string_view key, std::vector<Entry> const& entries) -> std::string {
  if (entries.empty()) return fmt::format("{}: {{}}\n", key);
  auto out = fmt::format("{}:\n", key);
  for (auto const& entry : entries) out += entry.text;
  return out;
}

class Merger {
 public:
  Merger(std::string const& existing, yaml::Node const& root)
      : lines_(split_lines(existing)), root_(root) {
    // "---" and comments above the first key belong to no key.
    top_ = entries_of(root_, lines_, 0, lines_.size(), "");
    if (root_.is_map() && !top_.empty() && root_.members()[0].first.mark().column == 1) {
      auto const first_line = root_.members()[0].first.mark().line - 1;
      head_ = join(std::span(lines_).first(first_comment_above(lines_, first_line, 0, "")));
    }
  }

  auto run(std::vector<Entry> machines, std::vector<Entry> functions) -> std::string {
    replace("stateMachines", std::move(machines), Settled::kReplaced);
    replace("functions", std::move(functions), Settled::kKept);
    auto out = root_.is_null() ? (lines_.empty() ? std::string(kHeader) : join(lines_)) : head_;
    for (auto const& entry : top_) out += entry.text;
    return out;
  }

 private:
  void replace(std::string_view key, std::vector<Entry> imported, Settled settled) {
    auto const found = std::ranges::find(top_, key, &Entry::key);
    if (found == top_.end()) {
      top_.push_back({.key = std::string(key),
                      .text = section_text(key, merge({}, std::move(imported), settled)),
                      .is_empty = false});
      return;
    }
    auto const entries = merge(nested(key), std::move(imported), settled);
    found->text = leading_comments(found->text) + section_text(key, entries);
  }

  // The entries below a top key, as lines where they stand in block style, indented by two blanks.
  auto nested(std::string_view key) -> std::vector<Entry> {
    auto const& members = root_.members();
    auto const at = std::ranges::find(members, key, [](auto const& m) { return m.first.text(); });
    auto end = lines_.size();
    if (auto const next = std::next(at); next != members.end()) {
      end = first_comment_above(lines_, next->first.mark().line - 1, at->first.mark().line, "");
    }
    return entries_of(at->second, lines_, at->first.mark().line, end, kIndent);
  }

  std::vector<std::string_view> lines_;
  yaml::Node const& root_;
  std::vector<Entry> top_;
  std::string head_;
};

}  // namespace

auto merge_project_text(std::string const& existing, ImportedProject const& project,
                        fs::path const& folder) -> Result<std::string, std::string> {
  auto const root = yaml::parse(existing);
  if (!root) return std::unexpected(root.error().to_string());
  bool const is_project = root->is_null() || root->is_map();
  if (!is_project) return std::unexpected("expected a map with stateMachines and functions");
  for (auto const* key : {"stateMachines", "functions"})
    if (auto const* section = root->find(key);
        section != nullptr && !section->is_null() && !section->is_map())
      return std::unexpected(fmt::format("line {}, column {}: expected a map", section->mark().line,
                                         section->mark().column));
  std::vector<Entry> machines;
  machines.reserve(project.state_machines.size());
  for (auto const& machine : project.state_machines) machines.push_back(machine_entry(machine));
  std::vector<Entry> functions;
  functions.reserve(project.functions.size());
  for (auto const& function : project.functions)
    functions.push_back(function_entry(function, folder));
  auto text = Merger(existing, *root).run(std::move(machines), std::move(functions));
  // What was written by hand in a form that isn't understood here must not be lost.
  if (auto const again = yaml::parse(text); !again)
    return std::unexpected(
        fmt::format("what was imported can't be put into this file: it would not be YAML at {}",
                    again.error().to_string()));
  return text;
}

auto write_project(fs::path const& folder, ImportedProject const& project)
    -> Result<std::vector<fs::path>, std::string> {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return std::unexpected(fmt::format("{}: {}", folder.string(), error.message()));
  auto const project_file = folder / kProjectFile;
  std::string existing;
  if (fs::exists(project_file, error)) existing = TRY(read_file(project_file, kProjectBytesMax));
  auto const text = merge_project_text(existing, project, folder);
  if (!text) return std::unexpected(fmt::format("{}: {}", project_file.string(), text.error()));
  std::vector<fs::path> written;
  for (auto const& machine : project.state_machines) {
    auto const file = folder / (machine.name + ".asl.json");
    TRY(write_file(file, machine.definition));
    written.push_back(file);
  }
  TRY(write_file(project_file, *text));
  written.push_back(project_file);
  return written;
}

}  // namespace treadle::import
