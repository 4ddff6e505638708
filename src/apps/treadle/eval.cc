// `treadle eval`: expressions from standard input, one JSON object a line, answers on standard
// output. The protocol is shown by --help; each line is answered by one line, flushed, and none
// ends the process. At a terminal: repl.h.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <expected>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "apps/treadle/command.h"
#include "apps/treadle/evaluation.h"
#include "apps/treadle/repl.h"
#include "treadle/base/result.h"
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
    "At a terminal it reads expressions as they are typed; `:help` there tells more. Lines typed "
    "are\n"
    "kept in treadle/ under $XDG_STATE_HOME (~/.local/state).\n\n"
    "Exits with 0 at the end of the input, with 2 when the command line is wrong.\n";

constexpr std::string_view kBadRequest = "BAD_REQUEST";

struct Request {
  Value id;
  Evaluation evaluation;
};

auto read_request(Value line, Request& request) -> Result<void, std::string> {
  if (!line.is_object()) return std::unexpected("a request is a JSON object");
  if (auto const* id = line.find("id")) request.id = *id;
  auto const* expression = line.find("expr");
  if (expression == nullptr || !expression->is_string())
    return std::unexpected("a request has a member \"expr\", a text");
  auto& evaluation = request.evaluation;
  evaluation.expression = expression->as_string();
  if (auto const* data = line.find("data")) evaluation.data = *data;
  auto const limit = [&](std::string_view name) -> std::optional<std::int64_t> {
    auto const* value = line.find(name);
    return value == nullptr || !value->is_number() ? std::nullopt : value->as_int64();
  };
  if (auto const limited = limit("timelimit")) evaluation.time_limit.emplace(*limited);
  if (auto const limited = limit("depth"))
    evaluation.depth = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*limited, 1, 5'000));
  auto const* bindings = line.find("bindings");
  if (bindings == nullptr) return {};
  if (!bindings->is_object()) return std::unexpected("\"bindings\" is an object");
  evaluation.bindings = *bindings;
  return {};
}

auto evaluate_line(Language language, std::string_view line, Request& request, json::Arena& arena)
    -> EvaluationOutcome {
  auto const parsed = json::parse(arena, line);
  auto const refuse = [](std::string why) {
    return std::unexpected(EvaluationError{std::string(kBadRequest), std::move(why), {}});
  };
  if (!parsed) return refuse(parsed.error().to_string());
  if (auto const read = read_request(*parsed, request); !read) return refuse(read.error());
  return evaluate(language, request.evaluation, arena);
}

auto answer_text(Value id, EvaluationOutcome const& outcome) -> std::string {
  auto text = std::string("{\"id\":");
  json::append(text, id);
  if (!outcome) {
    text += ",\"error\":{\"code\":";
    json::append_string(text, outcome.error().code);
    text += ",\"message\":";
    json::append_string(text, outcome.error().message);
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
  if (name.empty()) return wrong_usage("--language is missing");
  auto const language = find_language(name);
  if (!language) return wrong_usage("there is no language '" + name + "'");
  auto const is_interactive = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  return is_interactive ? run_repl(*language) : serve(*language);
}

}  // namespace treadle::app
