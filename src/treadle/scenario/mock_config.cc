#include "treadle/scenario/mock_config.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "treadle/import/files.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/lint/text_position.h"
#include "treadle/scenario/nearest_name.h"

namespace treadle::scenario {
namespace {

template <typename T>
using Read = Result<T, std::string>;

constexpr std::size_t kBytesMax = std::size_t{16} << 20U;
constexpr std::uint32_t kCallsMax = 25'000;

// The numbers of calls that a response is for.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

// "0", "1-2".
auto parse_range(std::string_view text) -> std::optional<Range> {
  auto const number = [](std::string_view digits) -> std::optional<std::uint32_t> {
    std::uint32_t n = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() ||
        n > kCallsMax)
      return std::nullopt;
    return n;
  };
  auto const dash = text.find('-');
  auto const first = number(text.substr(0, dash));
  auto const last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return Range{*first, *last};
}

class ConfigReader {
 public:
  ConfigReader(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  auto run() -> Read<std::vector<MockedMachine>> {
    auto const root = json::parse(arena_, text_, {.duplicates = json::Duplicates::kRefuse});
    if (!root)
      return std::unexpected(fmt::format("{}:{}:{}: {}", file_, root.error().line,
                                         root.error().column, root.error().message));
    auto const machines = TRY(member(*root, "", "StateMachines"));
    auto const responses = TRY(member(*root, "", "MockedResponses"));
    for (auto const& [name, response] : responses.members())
      answers_.emplace(name,
                       TRY(read_response(response, fmt::format("/MockedResponses/{}", name))));
    std::vector<MockedMachine> out;
    for (auto const& [name, machine] : machines.members()) {
      auto const at = fmt::format("/StateMachines/{}", name);
      MockedMachine mocked{.name = std::string(name), .cases = {}};
      auto const cases = TRY(member(machine, at, "TestCases"));
      for (auto const& [case_name, states] : cases.members())
        mocked.cases.push_back(
            TRY(read_case(case_name, states, fmt::format("{}/TestCases/{}", at, case_name))));
      out.push_back(std::move(mocked));
    }
    return out;
  }

 private:
  [[nodiscard]] auto place(std::string const& location) const -> std::string {
    auto const at = lint::position_of(text_, {.code = {}, .message = {}, .location = location});
    return fmt::format("{}:{}:{}", file_, at.line, at.column);
  }

  [[nodiscard]] auto refuse(std::string const& location, std::string_view why) const
      -> std::unexpected<std::string> {
    return std::unexpected(fmt::format("{}: {}", place(location), why));
  }

  // The object of that name in the object at `location`.
  auto member(json::Value object, std::string const& location, std::string_view key)
      -> Read<json::Value> {
    auto const* const found = object.find(key);
    if (found != nullptr && found->is_object()) return *found;
    return refuse(location, fmt::format("expected an object '{}'", key));
  }

  auto read_case(std::string_view name, json::Value states, std::string const& location)
      -> Read<MockedCase> {
    if (!states.is_object())
      return refuse(location, "expected an object: names of responses by state");
    MockedCase out{
        .name = std::string(name), .place = place(location), .place_of_state = {}, .mocks = {}};
    std::vector<std::string_view> known;
    known.reserve(answers_.size());
    for (auto const& [response, answers] : answers_) known.push_back(response);
    for (auto const& [state, response] : states.members()) {
      auto const at = fmt::format("{}/{}", location, state);
      if (!response.is_string()) return refuse(at, "expected the name of a mocked response");
      auto const found = answers_.find(response.as_string());
      if (found == answers_.end())
        return refuse(at, fmt::format("there is no mocked response '{}'{}", response.as_string(),
                                      did_you_mean(response.as_string(), known)));
      out.place_of_state.emplace_back(state, place(at));
      out.mocks.push_back({std::string(state), found->second});
    }
    return out;
  }

  auto read_response(json::Value response, std::string const& location)
      -> Read<std::vector<Answer>> {
    if (!response.is_object() || response.size() == 0)
      return refuse(location, "expected an object: answers by the numbers of calls");
    std::map<std::uint32_t, Answer> by_call;
    for (auto const& [calls, answer] : response.members()) {
      auto const at = fmt::format("{}/{}", location, calls);
      auto const range = parse_range(calls);
      if (!range) return refuse(at, "expected the number of a call, \"0\", or of several, \"1-2\"");
      auto read = TRY(read_answer(answer, at));
      read.times = range->last - range->first + 1;
      if (!by_call.emplace(range->first, std::move(read)).second)
        return refuse(at, fmt::format("call {} is answered twice", range->first));
    }
    std::vector<Answer> out;
    std::uint32_t next = 0;
    for (auto& [first, answer] : by_call) {
      if (first != next)
        return refuse(location, first > next ? fmt::format("call {} has no answer", next)
                                             : fmt::format("call {} is answered twice", first));
      next += answer.times;
      out.push_back(std::move(answer));
    }
    return out;
  }

  auto read_answer(json::Value value, std::string const& location) -> Read<Answer> {
    Answer answer;
    auto const* const returned = value.find("Return");
    auto const* const thrown = value.find("Throw");
    if ((returned == nullptr) == (thrown == nullptr) || value.size() != 1)
      return refuse(location, "expected an object with either 'Return' or 'Throw'");
    if (returned != nullptr) {
      answer.result = json::print(*returned);
      return answer;
    }
    auto const text = [&](std::string_view key) -> std::optional<std::string> {
      auto const* const found = thrown->find(key);
      if (found == nullptr || !found->is_string()) return std::nullopt;
      return std::string(found->as_string());
    };
    auto const error = text("Error");
    if (!error) return refuse(location + "/Throw", "expected a text 'Error' in 'Throw'");
    answer.error = *error;
    answer.cause = text("Cause");
    return answer;
  }

  std::string file_;
  std::string_view text_;
  json::Arena arena_;
  std::map<std::string, std::vector<Answer>, std::less<>> answers_;  // by the response's name
};

}  // namespace

auto read_mock_config(std::filesystem::path const& file)
    -> Result<std::vector<MockedMachine>, std::string> {
  auto const text = TRY(import::read_file(file, kBytesMax));
  return ConfigReader(file.string(), text).run();
}

auto check_states(MockedCase const& mocked, Machine const& machine) -> Result<void, std::string> {
  auto const tasks = task_names(machine);
  for (auto const& [state, place] : mocked.place_of_state)
    if (std::ranges::find(tasks, state) == tasks.end())
      return std::unexpected(fmt::format("{}: there is no Task state '{}'{}", place, state,
                                         did_you_mean(state, tasks)));
  return {};
}

}  // namespace treadle::scenario
