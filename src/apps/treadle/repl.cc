#include "apps/treadle/repl.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/treadle/command.h"
#include "apps/treadle/files.h"
#include "apps/treadle/line_editor.h"
#include "treadle/base/utf8.h"
#include "treadle/expr/intrinsic/function_names.h"
#include "treadle/expr/jsonata/builtin_names.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::app {
namespace {

using expr::jsonata::Dialect;

constexpr std::string_view kHelp =
    "An expression is evaluated when it is complete; an empty line ends one that is not.\n"
    "  $              the last result, at first the document: what paths and names begin at\n"
    "  $doc           the document\n"
    "  :load FILE     takes the JSON of a file for the document\n"
    "  :let NAME EXPRESSION\n"
    "                 keeps a value as the variable $NAME\n"
    "  :reset         makes the document the last result again\n"
    "  :help, :quit   this; the end (or ^D)\n"
    "Tab completes the names of functions, variables and commands; ^R searches the history.\n"
    "JSONata is that of Step Functions ($uuid, $partition, ...; no $eval).\n";
constexpr std::string_view kCommands[] = {":help", ":let", ":load", ":quit", ":reset"};
constexpr std::chrono::seconds kTimeLimit{30};
constexpr std::string_view kDocument = "doc";

auto language_name(Language language) -> std::string_view {
  switch (language) {
    case Language::kJsonata: return "jsonata";
    case Language::kJsonPath: return "jsonpath";
    case Language::kIntrinsic: return "intrinsic";
  }
  return "";
}

// A value with the memory that it lives in.
struct Kept {
  std::shared_ptr<json::Arena> arena = std::make_shared<json::Arena>();
  json::Value value;
};

auto keep(json::Value value) -> Kept {
  Kept kept;
  kept.value = json::clone(*kept.arena, value);
  return kept;
}

auto trimmed(std::string_view text) -> std::string_view {
  auto const begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// The first word and what follows it.
auto split_word(std::string_view text) -> std::pair<std::string_view, std::string_view> {
  auto const end = std::min(text.find(' '), text.size());
  return {text.substr(0, end), trimmed(text.substr(end))};
}

// Whether brackets or a quotation are still open, in the two languages without a message for it.
auto is_open(std::string_view text) -> bool {
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = text[i];
    if (is_quoted && c == '\\')
      ++i;
    else if (c == '\'')
      is_quoted = !is_quoted;
    else if (!is_quoted && (c == '(' || c == '['))
      ++depth;
    else if (!is_quoted && (c == ')' || c == ']'))
      --depth;
  }
  return is_quoted || depth > 0;
}

// The line of `expression` that holds byte `position`, with a mark below.
auto marked_line(std::string_view expression, std::size_t position) -> std::string {
  position = std::min(position, expression.size());
  auto const begin = expression.substr(0, position).rfind('\n') + 1;  // npos + 1 is 0
  auto const end = std::min(expression.find('\n', position), expression.size());
  auto const indent = utf8::count_code_points(expression.substr(begin, position - begin));
  return fmt::format("  {}\n  {:>{}}\n", expression.substr(begin, end - begin), '^', indent + 1);
}

class Repl {
 public:
  explicit Repl(Language language)
      : language_(language),
        editor_(history_file(fmt::format("eval-{}.history", language_name(language))),
                [this](std::string_view word) { return completions(word); }) {}

  auto run() -> int {
    fmt::print("treadle eval, {}. :help tells what there is.\n", language_name(language_));
    while (true) {
      auto const line = editor_.read(prompt());
      if (line.ending == LineEditor::Ending::kEndOfInput) {
        std::fputc('\n', stdout);
        return kOk;
      }
      if (line.ending == LineEditor::Ending::kInterrupt)
        pending_.clear();
      else if (!take(line.text))
        return kOk;
    }
  }

 private:
  auto prompt() const -> std::string {
    auto const name = language_name(language_);
    return pending_.empty() ? fmt::format("{}> ", name)
                            : fmt::format("{:>{}} ", "..", name.size() + 1);
  }

  // False after :quit.
  auto take(std::string const& line) -> bool {
    auto const is_blank = trimmed(line).empty();
    if (pending_.empty() && is_blank) return true;
    if (pending_.empty() && line.starts_with(':')) {
      editor_.remember(line);
      return obey(line);
    }
    pending_ += (pending_.empty() ? "" : "\n") + line;
    if (!is_blank && is_unfinished(pending_)) return true;
    auto const expression = std::exchange(pending_, {});
    auto entry = expression;
    std::ranges::replace(entry, '\n', ' ');
    editor_.remember(std::string(trimmed(entry)));
    if (auto result = evaluate_shown(trimmed(expression)); result) {
      fmt::print("{}\n", json::print_pretty(result->value));
      last_ = *std::move(result);
    }
    return true;
  }

  auto is_unfinished(std::string_view text) const -> bool {
    if (language_ != Language::kJsonata) return is_open(text);
    auto const compiled = expr::jsonata::Expression::compile(text, Dialect::kStepFunctions);
    if (compiled) return false;
    // The text ends within a bracket, a text, a name or a comment, or where an operand must follow.
    auto const codes = {"S0101", "S0105", "S0106", "S0203", "S0207"};
    return std::ranges::find(codes, compiled.error().code) != codes.end();
  }

  auto obey(std::string_view line) -> bool {
    auto const [command, rest] = split_word(trimmed(line));
    if (command == ":quit" || command == ":q") return false;
    if (command == ":help")
      fmt::print("{}", kHelp);
    else if (command == ":load")
      load(std::string(rest));
    else if (command == ":let")
      let(rest);
    else if (command == ":reset")
      last_ = document_;
    else
      fmt::print("There is no {}; :help tells what there is.\n", command);
    return true;
  }

  void load(std::string const& path) {
    auto const text = path == "-" ? std::nullopt : read_file(path);
    if (!text) {
      fmt::print("Can't read '{}'.\n", path);
      return;
    }
    Kept loaded;
    auto const value = json::parse_copy(*loaded.arena, *text);
    if (!value) {
      fmt::print("{}: {}\n", path, value.error().to_string());
      return;
    }
    loaded.value = *value;
    document_ = loaded;
    last_ = std::move(loaded);
  }

  void let(std::string_view rest) {
    auto [name, expression] = split_word(rest);
    if (name.starts_with('$')) name.remove_prefix(1);
    if (name.empty() || expression.empty()) {
      fmt::print(":let takes a name and an expression.\n");
      return;
    }
    if (auto result = evaluate_shown(expression); result)
      variables_.insert_or_assign(std::string(name), *std::move(result));
  }

  // What is wrong is shown, and so is that there is no value.
  auto evaluate_shown(std::string_view expression) -> std::optional<Kept> {
    json::Arena arena;
    std::vector<json::Member> members;
    members.reserve(variables_.size() + 1);
    for (auto const& [name, kept] : variables_) members.push_back({name, kept.value});
    if (document_) members.push_back({kDocument, document_->value});
    Evaluation evaluation{.expression = expression,
                          .data = {},
                          .bindings = json::make_object(arena, members),
                          .dialect = Dialect::kStepFunctions,
                          .time_limit = kTimeLimit,
                          .depth = {}};
    if (last_) evaluation.data = last_->value;
    auto const outcome = evaluate(language_, evaluation, arena);
    if (!outcome) {
      auto const& [code, message, position] = outcome.error();
      fmt::print("{}{}: {}\n", position ? marked_line(expression, *position) : "", code, message);
      return std::nullopt;
    }
    if (!*outcome) {
      fmt::print("undefined\n");
      return std::nullopt;
    }
    return keep(**outcome);
  }

  auto completions(std::string_view word) const -> std::vector<std::string> {
    std::vector<std::string> words;
    auto const offer = [&](std::string candidate) {
      if (candidate.starts_with(word)) words.push_back(std::move(candidate));
    };
    for (auto const command : kCommands) offer(std::string(command));
    if (word.empty()) return words;
    if (language_ == Language::kJsonata)
      for (auto const name : expr::jsonata::builtin_names(Dialect::kStepFunctions))
        offer(fmt::format("${}(", name));
    if (language_ == Language::kIntrinsic)
      for (auto const name : expr::intrinsic::function_names())
        offer(fmt::format("States.{}(", name));
    for (auto const& [name, kept] : variables_) offer("$" + name);
    if (document_) offer(fmt::format("${}", kDocument));
    std::ranges::sort(words);
    return words;
  }

  Language language_;
  LineEditor editor_;
  std::string pending_;  // the lines of an expression that is not finished
  std::optional<Kept> document_;
  std::optional<Kept> last_;
  std::map<std::string, Kept, std::less<>> variables_;
};

}  // namespace

auto run_repl(Language language) -> int { return Repl(language).run(); }

}  // namespace treadle::app
