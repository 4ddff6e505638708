// `treadle eval`: expressions from standard input, one JSON object a line, answers on standard
// output. The protocol is shown by --help; each line is answered by one line, flushed, and none
// ends the process.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "apps/treadle/command.h"
#include "treadle/base/error_names.h"
#include "treadle/base/system_clock.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/intrinsic/call.h"
#include "treadle/expr/jsonata/expression.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/json/value.h"

namespace treadle::app {
namespace {

using json::Value;

constexpr char kHelp[] =
    "usage: treadle eval --language jsonata|jsonpath|intrinsic\n\n"
    "Evaluates the expressions that standard input holds, one JSON object a line:\n\n"
    "  {\"id\": ANY, \"expr\": TEXT, \"data\": ANY, \"bindings\": {NAME: ANY, ...}}\n\n"
    "\"data\" is the input; without it there is none. \"bindings\" are variables by their names "
    "without '$';\n"
    "the binding \"$\" is the context object, $$. JSONata may be limited: \"timelimit\" in "
    "milliseconds,\n"
    "\"depth\" in nested evaluations. Each line is answered by one line:\n\n"
    "  {\"id\": ANY, \"result\": ANY}\n"
    "  {\"id\": ANY, \"undefined\": true}\n"
    "  {\"id\": ANY, \"error\": {\"code\": TEXT, \"message\": TEXT}}\n\n"
    "Exits with 0 at the end of the input, with 2 when the command line is wrong.\n";

// What an expression that cannot be read is called when a state machine is created.
constexpr std::string_view kSyntaxError = "SCHEMA_VALIDATION_FAILED";
constexpr std::string_view kBadRequest = "BAD_REQUEST";

enum class Language : std::uint8_t { kJsonata, kJsonPath, kIntrinsic };

class Bindings final : public expr::Environment {
 public:
  explicit Bindings(Value bindings) : bindings_(bindings) {}
  auto context() -> Value override {
    auto const* found = bindings_.find("$");
    return found == nullptr ? Value() : *found;
  }
  auto variable(std::string_view name) -> std::optional<Value> override {
    auto const* found = bindings_.find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  auto draw() -> std::uint64_t override { return random_(); }
  auto now() -> Timestamp override { return now_; }

 private:
  Value bindings_;
  std::mt19937_64 random_{std::random_device()()};
  Timestamp now_ = SystemClock().now();
};

struct Request {
  Value id;
  std::string_view expression;
  std::optional<Value> data;
  Value bindings;
  std::optional<std::chrono::milliseconds> time_limit;  // of JSONata
  std::optional<std::uint32_t> depth;
};

// nullopt stands for undefined.
using Outcome = Result<std::optional<Value>>;

auto read_request(Value line, Request& request) -> Result<void> {
  if (!line.is_object()) return fail(kBadRequest, "a request is a JSON object");
  if (auto const* id = line.find("id")) request.id = *id;
  auto const* expression = line.find("expr");
  if (expression == nullptr || !expression->is_string())
    return fail(kBadRequest, "a request has a member \"expr\", a text");
  request.expression = expression->as_string();
  if (auto const* data = line.find("data")) request.data = *data;
  auto const limit = [&](std::string_view name) -> std::optional<std::int64_t> {
    auto const* value = line.find(name);
    return value == nullptr || !value->is_number() ? std::nullopt : value->as_int64();
  };
  if (auto const limited = limit("timelimit")) request.time_limit.emplace(*limited);
  if (auto const limited = limit("depth"))
    request.depth = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*limited, 1, 5'000));
  auto const* bindings = line.find("bindings");
  if (bindings == nullptr) return {};
  if (!bindings->is_object()) return fail(kBadRequest, "\"bindings\" is an object");
  request.bindings = *bindings;
  return {};
}

auto evaluate_path(Request const& request, expr::Environment& environment, json::Arena& arena)
    -> Outcome {
  auto const path = expr::jsonpath::Path::parse(request.expression);
  if (!path) return fail(kSyntaxError, path.error());
  if (!request.data && path->root() == expr::jsonpath::Root::kInput) return std::nullopt;
  auto value = evaluate(*path, request.data.value_or(Value()), environment, arena);
  if (!value) return fail(errors::kRuntime, value.error().message);
  return *value;
}

auto evaluate_call(Request const& request, expr::Environment& environment, json::Arena& arena)
    -> Outcome {
  auto const call = expr::intrinsic::Call::parse(request.expression);
  if (!call) return fail(kSyntaxError, call.error());
  return TRY(evaluate(*call, request.data.value_or(Value()), environment, arena));
}

// A function is no JSON: it counts as undefined.
auto evaluate_jsonata(Request const& request, expr::Environment& environment, json::Arena& arena)
    -> Outcome {
  using namespace expr::jsonata;
  auto const expression = Expression::compile(request.expression, Dialect::kReference);
  if (!expression) return fail(expression.error().code, expression.error().message);
  Budget budget;
  if (request.depth) budget.depth_max = *request.depth;
  if (request.time_limit)
    budget.is_over = [end = std::chrono::steady_clock::now() + *request.time_limit] {
      return std::chrono::steady_clock::now() > end;
    };
  auto outcome = evaluate(*expression, request.data, environment, arena, budget);
  if (!outcome) return fail(outcome.error().code, std::move(outcome.error().message));
  if (outcome->kind != expr::jsonata::Outcome::Kind::kValue) return std::nullopt;
  // Shares nothing with the expression, which ends here.
  return json::clone(arena, outcome->value);
}

auto evaluate_line(Language language, std::string_view line, Request& request, json::Arena& arena)
    -> Outcome {
  auto const parsed = json::parse(arena, line);
  if (!parsed) return fail(kBadRequest, parsed.error().to_string());
  TRY(read_request(*parsed, request));
  auto environment = Bindings(request.bindings);
  switch (language) {
    case Language::kJsonata: return evaluate_jsonata(request, environment, arena);
    case Language::kJsonPath: return evaluate_path(request, environment, arena);
    case Language::kIntrinsic: return evaluate_call(request, environment, arena);
  }
  return std::nullopt;
}

auto answer_text(Value id, Outcome const& outcome) -> std::string {
  auto text = std::string("{\"id\":");
  json::append(text, id);
  if (!outcome) {
    text += ",\"error\":{\"code\":";
    json::append_string(text, outcome.error().name);
    text += ",\"message\":";
    json::append_string(text, outcome.error().cause);
    text += '}';
  } else if (!*outcome) {
    text += ",\"undefined\":true";
  } else {
    text += ",\"result\":";
    json::append(text, **outcome);
  }
  return text + "}\n";
}

auto serve(Language language) -> int {
  auto arena = json::Arena();
  auto line = std::string();
  while (std::getline(std::cin, line)) {
    arena.reset();
    auto request = Request();
    auto const outcome = evaluate_line(language, line, request, arena);
    std::cout << answer_text(request.id, outcome) << std::flush;
    if (!std::cout) return kFailed;
  }
  return kOk;
}

auto wrong_usage(std::string const& why) -> int {
  std::fprintf(stderr, "treadle eval: %s\n`treadle eval --help` tells more.\n", why.c_str());
  return kUsage;
}

}  // namespace

auto run_eval(std::span<std::string const> arguments) -> int {
  auto name = std::string();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto const& argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      std::fputs(kHelp, stdout);
      return kOk;
    }
    if (argument == "--language" && i + 1 < arguments.size())
      name = arguments[++i];
    else if (argument.starts_with("--language="))
      name = argument.substr(argument.find('=') + 1);
    else
      return wrong_usage("what is '" + argument + "'?");
  }
  if (name == "jsonpath") return serve(Language::kJsonPath);
  if (name == "intrinsic") return serve(Language::kIntrinsic);
  if (name == "jsonata") return serve(Language::kJsonata);
  if (name.empty()) return wrong_usage("--language is missing");
  return wrong_usage("there is no language '" + name + "'");
}

}  // namespace treadle::app
