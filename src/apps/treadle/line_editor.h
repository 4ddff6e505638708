// Lines typed at a terminal: editing, history in a file, completion. Wraps libedit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::app {

class LineEditor {
 public:
  // What a word may become, in order; the word is the run of letters, digits and "$_.:" before the
  // cursor, from its last "$" on.
  using Completer = std::function<std::vector<std::string>(std::string_view word)>;

  // Reads standard input, which is a terminal, and writes to standard output. Sets the process's
  // LC_CTYPE. `history` is loaded where it exists; empty keeps none. One editor a process.
  LineEditor(std::filesystem::path history, Completer completer);
  LineEditor(LineEditor const&) = delete;
  auto operator=(LineEditor const&) -> LineEditor& = delete;
  ~LineEditor();

  enum class Ending : std::uint8_t { kLine, kInterrupt, kEndOfInput };  // Return, ^C, ^D
  struct Line {
    Ending ending = Ending::kEndOfInput;
    std::string text;  // of kLine, without its end
  };
  [[nodiscard]] auto read(std::string prompt) -> Line;

  // Adds an entry of one line to the history and writes it down; that it can't be written is no
  // error.
  void remember(std::string const& entry);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Where the history called `name` is kept: in treadle/ under $XDG_STATE_HOME, else ~/.local/state.
// Empty when neither is known. The folder is made, for its owner alone.
[[nodiscard]] auto history_file(std::string_view name) -> std::filesystem::path;

}  // namespace treadle::app
