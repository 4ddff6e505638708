#include "treadle/approvals/settings_file.h"

#include <fmt/format.h>

#include "treadle/approvals/spec.h"

namespace treadle::approvals {
namespace {

constexpr std::size_t kEntriesMax = 1'000;

auto read_entry(Spec const& spec) -> Result<Entry, std::string> {
  auto names = rule_names();
  names.insert(names.end(), {"machine", "state"});
  TRY(check_names(spec, names));
  Entry entry{.machine = "*", .state = "*", .rules = {}, .written = spec.where};
  for (auto [name, field] : {std::pair{"machine", &entry.machine}, {"state", &entry.state}}) {
    auto const* const s = spec.find(name);
    if (s == nullptr) continue;
    if (s->kind != Spec::Kind::kScalar || s->text.empty())
      return refuse(*s, fmt::format("expected the name of a {}, or \"*\"", name));
    *field = s->text;
  }
  entry.rules = std::make_shared<Rules const>(TRY(read_rules(spec)));
  return entry;
}

}  // namespace

auto error_at(std::string const& file, import::yaml::Node const& node, std::string const& problem)
    -> std::string {
  return fmt::format("{}:{}:{}: {}", file, node.mark().line, node.mark().column, problem);
}

auto read_settings(import::yaml::Node const& node, std::string file)
    -> Result<SettingsFile, std::string> {
  SettingsFile out;
  out.file = std::move(file);
  if (node.is_null()) return out;
  auto const spec = spec_of(node, out.file);
  TRY(check_names(spec, {"rules", "channels"}));
  if (auto const* channels = node.find("channels"); channels != nullptr && !channels->is_null())
    out.channels = *channels;
  auto const* const rules = spec.find("rules");
  if (rules == nullptr) return out;
  if (rules->kind != Spec::Kind::kList) return refuse(*rules, "expected a list of rules");
  if (rules->elements.size() > kEntriesMax)
    return refuse(*rules, fmt::format("expected at most {} rules", kEntriesMax));
  std::vector<Entry> entries;
  for (auto const& element : rules->elements) {
    auto entry = TRY(read_entry(element));
    for (auto const& other : entries)
      if (other.machine == entry.machine && other.state == entry.state)
        return refuse(element, fmt::format("the state '{}' of machine '{}' has rules at {} already",
                                           entry.state, entry.machine, other.written));
    entries.push_back(std::move(entry));
  }
  out.settings = Settings(std::move(entries));
  return out;
}

auto read_settings(std::string const& text, std::string file) -> Result<SettingsFile, std::string> {
  auto const root = import::yaml::parse(text);
  if (!root)
    return std::unexpected(fmt::format("{}:{}:{}: {}", file, root.error().mark.line,
                                       root.error().mark.column, root.error().message));
  return read_settings(*root, std::move(file));
}

}  // namespace treadle::approvals
