// Any request may be sent to TestState: it must be refused or run to an end, the same each time, and
// its answer must be JSON.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/api/actions/state_test_answer.h"
#include "treadle/api/actions/state_test_request.h"
#include "treadle/base/assert.h"
#include "treadle/base/random.h"
#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"

namespace {

using namespace treadle;

class NoTokens : public interpreter::TokenMint {
 public:
  [[nodiscard]] auto token(record::HistoryId /*scheduled*/, std::uint32_t /*redrive_count*/) const
      -> std::string override {
    return "token";
  }
};

// The parts of a request stand in the input one after the other, with these lines between them.
constexpr std::string_view kBetween = "\n--\n";
enum Part : std::uint8_t {
  kDefinition,
  kInput,
  kResult,
  kError,
  kContext,
  kVariables,
  kReaderData
};
using Parts = std::array<std::string_view, 7>;

// What the first byte says.
constexpr unsigned kMocked = 1;
constexpr unsigned kNamed = 2;  // the definition is a machine, its state "S" is meant
constexpr unsigned kNoValidation = 4;

auto split(std::string_view text) -> Parts {
  Parts parts;
  for (auto& part : parts) {
    auto const end = text.find(kBetween);
    part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + kBetween.size());
  }
  return parts;
}

class Request {
 public:
  void add(std::string_view name, std::string_view text) {
    if (!text.empty()) members_.push_back({name, json::make_string(arena_, text)});
  }
  void add(std::string_view name, json::Value value) { members_.push_back({name, value}); }
  void add(std::string_view name, std::int64_t number) {
    members_.push_back({name, json::make_number(arena_, number)});
  }
  [[nodiscard]] auto take() -> json::Value {
    auto const made = json::make_object(arena_, members_);
    members_.clear();
    return made;
  }

 private:
  json::Arena arena_;
  std::vector<json::Member> members_;
};

auto request_of(Request& request, unsigned flags, Parts const& parts) -> json::Value {
  request.add("error", parts[kError]);
  auto const error = request.take();
  request.add("result", parts[kResult]);
  if (error.size() != 0) request.add("errorOutput", error);
  if ((flags & kNoValidation) != 0) request.add("fieldValidationMode", "NONE");
  auto const mock = request.take();
  request.add("mapItemReaderData", parts[kReaderData]);
  if ((flags & kMocked) != 0) {
    request.add("retrierRetryCount", flags >> 3U & 3U);
    request.add("mapIterationFailureCount", flags >> 5U);
  }
  auto const configuration = request.take();
  request.add("definition", parts[kDefinition]);
  request.add("input", parts[kInput]);
  request.add("context", parts[kContext]);
  request.add("variables", parts[kVariables]);
  if ((flags & kNamed) != 0) request.add("stateName", "S");
  if ((flags & kMocked) != 0) request.add("mock", mock);
  if (configuration.size() != 0) request.add("stateConfiguration", configuration);
  return request.take();
}

// Whatever it waits for comes, or fails.
void run(interpreter::StateTest& test, interpreter::World world) {
  test.enter(world);
  if (test.end()) return;
  if (auto const due = test.due()) {
    world.now = *due;
    test.time_came(world);
  } else if (test.open_task() != nullptr) {
    test.task_failed(world, record::TaskFailure::kFailed, {.error = "Boom", .cause = "why"});
  }
  if (!test.end()) test.give_up();
}

auto answer(json::Value request) -> std::string {
  static integrations::aws_sdk::ServiceModels services{{}};
  static integrations::ResponseModels models{services};
  SeededRandom random(1);
  NoTokens const tokens;
  auto checked = api::read_state_test({.random = random,
                                       .region = "us-east-1",
                                       .account = "123456789012",
                                       .response_models = models},
                                      request);
  if (!checked) return checked.error().code + checked.error().message;
  interpreter::StateTest test(std::move(checked->tested));
  run(test,
      {.now = Timestamp{Milliseconds{1'700'000'000'000}}, .random = random, .tokens = tokens});
  TREADLE_ASSERT(test.end().has_value());
  auto text = api::state_test_answer(test, *checked->definition, true);
  json::Arena arena;
  TREADLE_ASSERT(json::parse(arena, text).has_value());
  return text;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  if (!utf8::is_valid(text)) return 0;  // as a request's body is
  // What the table of parameters demands is checked before an action runs.
  if (text.size() < 2 || split(text.substr(1))[kDefinition].empty()) return 0;
  Request request;
  auto const made =
      request_of(request, static_cast<unsigned char>(text.front()), split(text.substr(1)));
  TREADLE_ASSERT(answer(made) == answer(made));
  return 0;
}
