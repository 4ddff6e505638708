// Log groups as files of lines: FOLDER/GROUP.ndjson, and what was rotated away as GROUP.N.ndjson.
//
// A group's name is its file's, but for what is neither a letter, a digit, '-' nor '_': that is
// percent-encoded ("%2Faws%2Fstates%2Forders.ndjson"). N grows; a group keeps its newest files. Nothing
// is synchronized with the disk: a crash of the machine may lose what was written last. A line that a
// crash left in pieces is cut away when the file is opened to be written. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/base/time.h"
#include "treadle/logs/failure_count.h"

namespace treadle::logs {

struct LogFilesOptions {
  std::filesystem::path folder;                            // made where it is missing
  std::uint64_t file_bytes_max = std::uint64_t{64} << 20;  // then the file is rotated away
  std::size_t files_max = 4;  // of a group, the one that grows included
};

// A descriptor to read one file by.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept;
  auto operator=(OpenFile&& other) noexcept -> OpenFile&;
  ~OpenFile();
  [[nodiscard]] auto descriptor() const -> int { return descriptor_; }

 private:
  int descriptor_;
};

// A file of a group, to be read: its first `size` bytes are whole lines.
struct Segment {
  std::uint64_t number = 0;
  std::uint64_t size = 0;
  OpenFile file;
};

class LogFiles {
 public:
  [[nodiscard]] static auto open(LogFilesOptions options)
      -> Result<std::unique_ptr<LogFiles>, std::string>;
  LogFiles(LogFiles const&) = delete;
  auto operator=(LogFiles const&) -> LogFiles& = delete;
  ~LogFiles();

  // Appends whole lines; makes the group where it is missing. Files are rotated between lines, so that none
  // grows over its limit but by a line that is longer. The error, told in the operator's log where the system
  // refuses or the name is too long, is how many bytes of whole lines were written until then.
  [[nodiscard]] auto append(std::string_view group, std::string_view lines)
      -> Result<void, std::size_t>;

  // Whether a group may be called so: a file can.
  [[nodiscard]] static auto is_name(std::string_view group) -> bool;
  [[nodiscard]] auto has(std::string_view group) const -> bool;
  void erase(std::string_view group);

  struct Group {
    std::string name;
    Timestamp created;  // of its oldest file
    std::uint64_t bytes = 0;
  };
  // In the order of their names.
  [[nodiscard]] auto groups() const -> std::vector<Group>;
  // Oldest first; of a group that is not there none.
  [[nodiscard]] auto segments(std::string_view group) const -> std::vector<Segment>;

 private:
  struct Growing {
    int descriptor = -1;
    std::uint64_t number = 1;
    std::uint64_t size = 0;
  };

  explicit LogFiles(LogFilesOptions options) : options_(std::move(options)) {}
  [[nodiscard]] auto path_of(std::string_view stem, std::uint64_t number) const
      -> std::filesystem::path;  // 0: the one that grows
  // Numbers of a group's files that were rotated away, ascending.
  [[nodiscard]] auto rotated(std::string_view stem) const -> std::vector<std::uint64_t>;
  [[nodiscard]] auto growing(std::string const& stem) -> Growing*;
  // False, told in the operator's log, where the system refuses: then the file goes on growing.
  [[nodiscard]] auto rotate(std::string const& stem, Growing const& file) -> bool;
  // Of `lines` those at the front that the file has room for, at least one where it is empty.
  [[nodiscard]] auto fitting(Growing const& file, std::string_view lines) const -> std::string_view;
  void close(std::string_view stem);

  void complain(std::string_view what, std::filesystem::path const& file);

  LogFilesOptions const options_;
  mutable std::mutex mutex_;
  FailureCount failures_;
  std::map<std::string, Growing, std::less<>> open_;  // by the file's name without its end
};

}  // namespace treadle::logs
