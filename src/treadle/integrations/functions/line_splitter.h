// A stream of bytes cut into lines as it arrives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace treadle::integrations::functions {

inline constexpr std::size_t kLogLineBytes = 8 * 1024;  // longer lines are cut into pieces

class LineSplitter {
 public:
  // Calls `receive` with each line that is now complete, without its end ("\n" or "\r\n").
  template <typename Receive>
  void add(std::string_view bytes, Receive&& receive) {
    while (!bytes.empty()) {
      auto const end = bytes.find('\n');
      auto const piece = bytes.substr(0, std::min(end, kLogLineBytes - pending_.size()));
      pending_ += piece;
      bytes.remove_prefix(piece.size());
      bool const at_line_end = !bytes.empty() && bytes.front() == '\n';
      if (at_line_end) bytes.remove_prefix(1);
      if (at_line_end || pending_.size() >= kLogLineBytes) flush(receive);
    }
  }
  // The last line, where it has no end.
  template <typename Receive>
  void finish(Receive&& receive) {
    if (!pending_.empty()) flush(receive);
  }

 private:
  template <typename Receive>
  void flush(Receive& receive) {
    if (pending_.ends_with('\r')) pending_.pop_back();
    receive(std::string_view(pending_));
    pending_.clear();
  }
  std::string pending_;
};

}  // namespace treadle::integrations::functions
