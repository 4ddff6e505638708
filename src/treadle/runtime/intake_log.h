// The intake log: what was accepted and has not ended, for work that starts again after a crash.
//
//   DIR/0000000000000001.log ...   segments, append-only, readable by their owner only
//
// An entry is durable when its append is answered: many are written with one fdatasync. Ends are
// written soon and synced with what follows; so after a crash an entry may be there that had ended.
// A segment goes when all of its entries have ended and no older segment is left.
// docs/journal-format.md has the bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"

namespace treadle::runtime {

struct IntakeOptions {
  std::filesystem::path directory;  // made where there is none
  Random* random = nullptr;         // used during open() only
  // An append or a sync failed: nothing more may be acknowledged. Called once, on the log's thread.
  std::function<void(std::string const& why)> fail_stop;
  std::size_t segment_bytes = std::size_t{16}
                              << 20;  // a segment that has more is followed by another
  std::size_t queue_bytes_max = std::size_t{64} << 20;  // that wait to be written
};

using IntakeNumber = std::uint64_t;  // of an entry; ascending, unique among those that are there

class IntakeLog {
 public:
  struct Entry {
    IntakeNumber number = 0;
    std::string bytes;
  };
  struct Opened;

  // Reads the segments. A tail that a crash cut short is cut off: nobody was told of what it held.
  // Anything else that is not as it was written is an error, which names file and place.
  [[nodiscard]] static auto open(IntakeOptions given) -> Result<Opened, std::string>;

  IntakeLog(IntakeLog const&) = delete;
  auto operator=(IntakeLog const&) -> IntakeLog& = delete;
  // Writes what is queued, then stops. Appends that were not written are not answered.
  ~IntakeLog();

  // False if too much waits to be written; then nothing happens. Else `done` is called once the
  // entry is durable, on the log's thread: it must be quick. Any thread.
  using OnDurable = std::move_only_function<void(IntakeNumber)>;
  [[nodiscard]] auto append(std::string_view entry, OnDurable& done) -> bool;

  // The entry has ended. Once for each. Any thread.
  void ended(IntakeNumber number);

 private:
  struct Impl;
  explicit IntakeLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct IntakeLog::Opened {
  std::unique_ptr<IntakeLog> log;
  std::vector<Entry> open;  // entries that have not ended, by ascending number
};

}  // namespace treadle::runtime
