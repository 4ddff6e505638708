#include "apps/treadle/line_editor.h"

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <histedit.h>
#include <system_error>
#include <utility>

namespace treadle::app {
namespace {

constexpr int kHistoryEntries = 1'000;
constexpr std::string_view kWordPunctuation = "$_.:";

auto is_of_word(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kWordPunctuation.find(c) != std::string_view::npos;
}

auto word_before(std::string_view text) -> std::string_view {
  auto begin = text.size();
  while (begin > 0 && is_of_word(text[begin - 1])) --begin;
  auto const word = text.substr(begin);
  auto const dollar = word.rfind('$');
  return dollar == std::string_view::npos ? word : word.substr(dollar);
}

auto common_prefix(std::vector<std::string> const& words) -> std::string {
  auto prefix = words.front();
  for (auto const& word : words) {
    auto const [end, _] = std::ranges::mismatch(prefix, word);
    prefix.erase(end, prefix.end());
  }
  return prefix;
}

// Editing counts in characters, which takes a locale that knows UTF-8.
void use_utf8() {
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1)
    std::setlocale(LC_CTYPE, "C.UTF-8");
}

}  // namespace

struct LineEditor::Impl {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::filesystem::path file;
  Completer completer;
  std::string prompt;
  bool is_interrupted = false;

  static auto of(EditLine* editor) -> Impl& {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<Impl*>(data);
  }

  static auto show_prompt(EditLine* editor) -> char* { return of(editor).prompt.data(); }

  static auto interrupt(EditLine* editor, int) -> unsigned char {
    of(editor).is_interrupted = true;
    return CC_NEWLINE;
  }

  static auto complete(EditLine* editor, int) -> unsigned char {
    auto const* const line = el_line(editor);
    auto const word =
        word_before({line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)});
    auto const words = of(editor).completer(word);
    if (words.empty()) return CC_REFRESH_BEEP;
    auto const rest = common_prefix(words).substr(word.size());
    if (!rest.empty()) {
      el_insertstr(editor, rest.c_str());
      return CC_REFRESH;
    }
    if (words.size() == 1) return CC_NORM;
    std::fputc('\n', stdout);
    for (auto const& candidate : words) std::printf("%s  ", candidate.c_str());
    std::fputc('\n', stdout);
    return CC_REDISPLAY;
  }
};

LineEditor::LineEditor(std::filesystem::path history_path, Completer completer)
    : impl_(std::make_unique<Impl>()) {
  use_utf8();
  impl_->file = std::move(history_path);
  impl_->completer = std::move(completer);
  impl_->history = history_init();
  HistEvent event;
  history(impl_->history, &event, H_SETSIZE, kHistoryEntries);
  history(impl_->history, &event, H_SETUNIQUE, 1);
  if (!impl_->file.empty()) history(impl_->history, &event, H_LOAD, impl_->file.c_str());

  auto* const editor = el_init("treadle", stdin, stdout, stderr);
  impl_->editor = editor;
  el_set(editor, EL_CLIENTDATA, impl_.get());
  el_set(editor, EL_PROMPT, &Impl::show_prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, history, impl_->history);
  el_set(editor, EL_ADDFN, "treadle-complete", "Complete the word", &Impl::complete);
  el_set(editor, EL_BIND, "^I", "treadle-complete", nullptr);
  // ^C is a key here, so that it gives up a line and not the process.
  el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  el_set(editor, EL_ADDFN, "treadle-interrupt", "Give up the line", &Impl::interrupt);
  el_set(editor, EL_BIND, "^C", "treadle-interrupt", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_source(editor, nullptr);  // the user's ~/.editrc
}

LineEditor::~LineEditor() {
  el_end(impl_->editor);
  history_end(impl_->history);
}

auto LineEditor::read(std::string prompt) -> Line {
  impl_->prompt = std::move(prompt);
  impl_->is_interrupted = false;
  el_set(impl_->editor, EL_PREP_TERM, 1);  // before the prompt shows, or what is typed then echoes
  int count = 0;
  auto const* const text = el_gets(impl_->editor, &count);
  if (impl_->is_interrupted) {
    std::fputs("^C\n", stdout);
    return {Ending::kInterrupt, {}};
  }
  if (text == nullptr || count <= 0) return {};
  std::string line(text, static_cast<std::size_t>(count));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return {Ending::kLine, std::move(line)};
}

void LineEditor::remember(std::string const& entry) {
  HistEvent event;
  history(impl_->history, &event, H_ENTER, entry.c_str());
  if (!impl_->file.empty()) history(impl_->history, &event, H_SAVE, impl_->file.c_str());
}

auto history_file(std::string_view name) -> std::filesystem::path {
  std::filesystem::path folder;
  if (auto const* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/')
    folder = state;
  else if (auto const* home = std::getenv("HOME"); home != nullptr && *home == '/')
    folder = std::filesystem::path(home) / ".local/state";
  else
    return {};
  folder /= "treadle";
  std::error_code error;
  if (std::filesystem::create_directories(folder, error))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return folder / name;
}

}  // namespace treadle::app
