#include "bench/cases.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/json/value.h"

namespace treadle::bench {

namespace {

constexpr std::size_t kCases = 10;
constexpr std::size_t kDocumentBytesMin = 200;

struct Group {
  std::string name;
  std::vector<Case> cases;
};

auto string_of(json::Value const* value) -> std::string {
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

// The case of one line if it comes into question.
auto read_case(std::string_view line) -> std::optional<Case> {
  json::Arena arena;
  auto const parsed = json::parse(arena, line);
  if (!parsed) return std::nullopt;
  for (auto const* const member : {"bindings", "timelimit", "depth", "unordered"})
    if (parsed->find(member) != nullptr) return std::nullopt;
  auto const* const data = parsed->find("data");
  auto const* const expected = parsed->find("expected");
  auto const* const result = expected == nullptr ? nullptr : expected->find("result");
  if (data == nullptr || result == nullptr) return std::nullopt;
  if (!data->is_object() && !data->is_array()) return std::nullopt;
  if (data->printed_size() < kDocumentBytesMin) return std::nullopt;
  return Case{.label = string_of(parsed->find("id")),
              .document = json::print(*data),
              .expression = string_of(parsed->find("expr")),
              .expected = json::print(*result)};
}

}  // namespace

auto take_cases_option(std::vector<std::string>& arguments, std::string_view area)
    -> std::filesystem::path {
  auto const option = std::ranges::find(arguments, "--cases");
  if (option != arguments.end() && option + 1 != arguments.end()) {
    auto file = std::filesystem::path(*(option + 1));
    arguments.erase(option, option + 2);
    return file;
  }
  auto beside = std::filesystem::path(TREADLE_SOURCE_DIR).parent_path() / "shared/conformance" /
                area / "cases.ndjson";
  return std::filesystem::exists(beside) ? beside : std::filesystem::path();
}

auto choose_cases(std::filesystem::path const& file,
                  std::function<bool(std::string_view)> const& reads_document)
    -> std::vector<Case> {
  auto groups = std::vector<Group>();
  auto input = std::ifstream(file);
  for (std::string line; std::getline(input, line);) {
    auto found = read_case(line);
    if (!found || !reads_document(found->expression)) continue;
    auto const name = found->label.substr(0, found->label.rfind('/'));
    auto group = std::ranges::find(groups, name, &Group::name);
    if (group == groups.end()) group = groups.insert(group, Group{.name = name, .cases = {}});
    group->cases.push_back(std::move(*found));
  }
  auto chosen = std::vector<Case>();
  for (std::size_t i = 0; i < kCases && groups.size() >= kCases; ++i) {
    auto const& cases = groups[i * groups.size() / kCases].cases;
    chosen.push_back(cases[cases.size() / 2]);
  }
  return chosen;
}

auto is_expected(Case const& wanted, json::Value value) -> bool {
  if (wanted.expected.empty()) return true;
  json::Arena arena;
  auto const expected = json::parse(arena, wanted.expected);
  return expected && json::equal(*expected, value);
}

}  // namespace treadle::bench
