#include "treadle/scenario/read_suite.h"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/import/files.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/scenario/mock_config.h"
#include "treadle/scenario/nearest_name.h"
#include "treadle/scenario/node_reader.h"
#include "treadle/scenario/read_mocks.h"

namespace treadle::scenario {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesMax = std::size_t{16} << 20U;
constexpr std::string_view kSuiteKeys[] = {"machine", "now", "mocks", "mockConfig", "cases"};
constexpr std::string_view kMachineKeys[] = {"definition", "terraform", "project",
                                             "name",       "type",      "variables"};
constexpr std::string_view kConfigKeys[] = {"file", "stateMachine"};
constexpr std::string_view kCaseKeys[] = {"name",  "input",    "inputFile", "now",
                                          "mocks", "testCase", "expect"};

constexpr Timestamp kNow =
    std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1};

// Puts `own` in the place of those of the same state.
auto merge(std::vector<Mock> common, std::vector<Mock> own) -> std::vector<Mock> {
  for (auto& mock : own) {
    auto const at = std::ranges::find(common, mock.state, &Mock::state);
    if (at == common.end())
      common.push_back(std::move(mock));
    else
      *at = std::move(mock);
  }
  return common;
}

class SuiteReader {
 public:
  explicit SuiteReader(fs::path const& file)
      : folder_(file.parent_path()), reader_(file.string()) {}

  auto run(Node const& root) -> Read<Suite> {
    TRY(reader_.check_keys(root, kSuiteKeys));
    suite_.file = reader_.file();
    TRY(read_machine(root));
    if (auto const* const now = root.find("now")) now_ = TRY(reader_.timestamp(*now, "now"));
    if (auto const* const mocks = root.find("mocks"))
      mocks_ = TRY(read_mocks(reader_, *mocks, *suite_.machine));
    if (auto const* const config = root.find("mockConfig")) TRY(read_config(*config));
    auto const* const cases = root.find("cases");
    if (cases == nullptr || !cases->is_list() || cases->elements().empty())
      return reader_.refuse(cases == nullptr ? root.mark() : cases->mark(),
                            "expected a list of 'cases'");
    for (auto const& node : cases->elements()) suite_.cases.push_back(TRY(read_case(node)));
    return std::move(suite_);
  }

 private:
  auto read_machine(Node const& root) -> Read<void> {
    auto const* const node = root.find("machine");
    if (node == nullptr)
      return reader_.refuse(root.mark(), "expected a 'machine': the file of its definition");
    MachineSource source;
    if (node->is_scalar())
      source.path = folder_ / node->text();
    else
      source = TRY(read_source(*node));
    auto machine = load_machine(source);
    if (!machine) return reader_.refuse(node->mark(), machine.error());
    suite_.machine = std::move(*machine);
    return {};
  }

  auto read_source(Node const& node) -> Read<MachineSource> {
    TRY(reader_.check_keys(node, kMachineKeys));
    using enum MachineSource::Kind;
    constexpr std::pair<std::string_view, MachineSource::Kind> kKinds[] = {
        {"definition", kDefinition}, {"terraform", kTerraform}, {"project", kProject}};
    MachineSource source;
    int given = 0;
    for (auto const& [key, kind] : kKinds) {
      auto const* const path = node.find(key);
      if (path == nullptr) continue;
      ++given;
      source.kind = kind;
      source.path = folder_ / TRY(reader_.text(*path, key));
    }
    if (given != 1)
      return reader_.refuse(node.mark(), "expected one of 'definition', 'terraform', 'project'");
    if (auto const* const name = node.find("name")) source.name = TRY(reader_.text(*name, "name"));
    if (auto const* const type = node.find("type")) {
      if (source.kind != kDefinition)
        return reader_.refuse(type->mark(), "expected 'type' beside a 'definition' only");
      if (type->text() != "STANDARD" && type->text() != "EXPRESS")
        return reader_.refuse(type->mark(), "expected STANDARD or EXPRESS");
      if (type->text() == "EXPRESS") source.type = asl::MachineType::kExpress;
    }
    auto const* const variables = node.find("variables");
    if (variables == nullptr) return source;
    if (source.kind != kTerraform)
      return reader_.refuse(variables->mark(), "expected 'variables' beside 'terraform' only");
    TRY(reader_.check_map(*variables, "variables"));
    for (auto const& [name, value] : variables->members())
      source.variables.push_back({std::string(name.text()), TRY(reader_.text(value, name.text()))});
    return source;
  }

  auto read_config(Node const& node) -> Read<void> {
    TRY(reader_.check_keys(node, kConfigKeys));
    auto const* const file = node.find("file");
    auto const* const name = node.find("stateMachine");
    if (file == nullptr || name == nullptr)
      return reader_.refuse(node.mark(), "expected 'file' and 'stateMachine'");
    auto const path = TRY(reader_.text(*file, "file"));
    auto machines = TRY(read_mock_config(folder_ / path));
    TRY(reader_.check_name(*name, names_in(machines), "state machine"));
    auto const at = std::ranges::find(machines, name->text(), &MockedMachine::name);
    mocked_ = std::move(at->cases);
    return {};
  }

  auto read_case(Node const& node) -> Read<Case> {
    TRY(reader_.check_keys(node, kCaseKeys));
    Case out;
    auto const* const name = node.find("name");
    if (name == nullptr) return reader_.refuse(node.mark(), "expected a 'name' for the case");
    out.name = TRY(reader_.text(*name, "name"));
    if (out.name.empty() || !names_.insert(out.name).second)
      return reader_.refuse(name->mark(), "expected a name that no other case has");
    out.now = now_;
    if (auto const* const now = node.find("now")) out.now = TRY(reader_.timestamp(*now, "now"));
    TRY(read_input(node, out));
    out.mocks = mocks_;
    if (auto const* const test_case = node.find("testCase"))
      out.mocks = merge(std::move(out.mocks), TRY(mocks_of(*test_case)));
    if (auto const* const mocks = node.find("mocks"))
      out.mocks = merge(std::move(out.mocks), TRY(read_mocks(reader_, *mocks, *suite_.machine)));
    out.expect.status = Ending::kSucceeded;
    if (auto const* const expect = node.find("expect"))
      out.expect = TRY(read_expectation(reader_, *expect, *suite_.machine));
    return out;
  }

  auto read_input(Node const& node, Case& out) const -> Read<void> {
    auto const* const input = node.find("input");
    auto const* const file = node.find("inputFile");
    if (input != nullptr && file != nullptr)
      return reader_.refuse(file->mark(), "expected either 'input' or 'inputFile'");
    if (input != nullptr) out.input = to_json(*input);
    if (file != nullptr) {
      auto text =
          import::read_file(folder_ / TRY(reader_.text(*file, "inputFile")), limits::kPayloadBytes);
      if (!text) return reader_.refuse(file->mark(), text.error());
      json::Arena arena;
      if (auto const parsed = json::parse(arena, *text); !parsed)
        return reader_.refuse(file->mark(), fmt::format("{} is not JSON: {}", file->text(),
                                                        parsed.error().to_string()));
      out.input = std::move(*text);
    }
    if (out.input.size() > limits::kPayloadBytes)
      return reader_.refuse(
          node.mark(), fmt::format("expected an input of at most {} bytes", limits::kPayloadBytes));
    return {};
  }

  auto mocks_of(Node const& test_case) -> Read<std::vector<Mock>> {
    TRY(reader_.check_name(test_case, names_in(mocked_), "test case in the mockConfig called"));
    auto const at = std::ranges::find(mocked_, test_case.text(), &MockedCase::name);
    TRY(check_states(*at, *suite_.machine));
    return at->mocks;
  }

  fs::path folder_;
  NodeReader reader_;
  Suite suite_;
  Timestamp now_ = kNow;
  std::vector<Mock> mocks_;         // of every case
  std::vector<MockedCase> mocked_;  // of the mockConfig
  std::set<std::string> names_;
};

}  // namespace

auto read_suite(fs::path const& file) -> Result<Suite, std::string> {
  auto const text = TRY(import::read_file(file, kBytesMax));
  auto const root = import::yaml::parse(text);
  if (!root) return NodeReader(file.string()).refuse(root.error().mark, root.error().message);
  return SuiteReader(file).run(*root);
}

auto read_mock_config_suites(fs::path const& file, MockConfigOptions const& options)
    -> Result<std::vector<Suite>, std::string> {
  auto mocked_machines = TRY(read_mock_config(file));
  for (auto const& source : options.machines)
    if (std::ranges::find(mocked_machines, source.name, &MockedMachine::name) ==
        mocked_machines.end())
      return std::unexpected(fmt::format("{}: there is no state machine '{}'{}", file.string(),
                                         source.name,
                                         did_you_mean(source.name, names_in(mocked_machines))));
  std::vector<Suite> out;
  for (auto& mocked : mocked_machines) {
    auto const given = std::ranges::find(options.machines, mocked.name, &MachineSource::name);
    MachineSource const source =
        given != options.machines.end()
            ? *given
            : MachineSource{.path = file.parent_path() / (mocked.name + ".asl.json"),
                            .name = mocked.name};
    Suite suite{.file = file.string(), .machine = TRY(load_machine(source)), .cases = {}};
    for (auto& c : mocked.cases) {
      TRY(check_states(c, *suite.machine));
      suite.cases.push_back({.name = fmt::format("{}/{}", mocked.name, c.name),
                             .input = options.input,
                             .now = kNow,
                             .mocks = std::move(c.mocks),
                             .expect = {}});
    }
    out.push_back(std::move(suite));
  }
  return out;
}

}  // namespace treadle::scenario
