// The intake log: what was accepted and has not ended, for work that starts again after a crash.
//
//   DIR/0000000000000001.log ...   segments, append-only, readable by their owner only
//
// An entry is durable when its batch is answered: the batches of all threads that came while the last
// ones were synced are written with one fdatasync. Where many come, the next sync waits a little for
// more of them. Ends are written soon and synced with what follows; so after a crash an entry may be
// there that had ended.
// A segment goes when all of its entries have ended and no older segment is left.
// docs/journal-format.md has the bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/runtime/intake_segment.h"

namespace treadle::runtime {

struct IntakeOptions {
  std::filesystem::path directory;  // made where there is none
  Random* random = nullptr;         // used during open() only
  // An append or a sync failed: nothing more may be acknowledged. Called once, on the log's thread.
  std::function<void(std::string const& why)> fail_stop;
  std::size_t segment_bytes = std::size_t{16}
                              << 20;  // a segment that has more is followed by another
  std::size_t queue_bytes_max = std::size_t{32}
                                << 20;       // that wait to be written, but for a first batch
  std::chrono::microseconds wait_most{500};  // for more, before a sync
};

using IntakeNumber = std::uint64_t;  // of an entry; ascending, unique among those that are there

// What one thread gives to the log at once: entries, and ends of earlier ones.
class IntakeBatch {
 public:
  // An entry: what `write` appends to the text that it is given.
  template <typename Write>
  void add(Write write) {
    auto const begin = intake::begin_record(bytes_, intake::RecordKind::kEntry);
    write(bytes_);
    intake::end_record(bytes_, begin, salt_);
    ++entries_;
  }
  // The entry has ended. Once for each.
  void add_end(IntakeNumber number) {
    intake::append_ended(bytes_, salt_, number);
    ended_.push_back(number);
  }
  // Has room for so many bytes.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  [[nodiscard]] auto entries() const -> std::size_t { return entries_; }
  [[nodiscard]] auto ended() const -> std::vector<IntakeNumber> const& { return ended_; }
  [[nodiscard]] auto bytes() const -> std::string_view { return bytes_; }
  [[nodiscard]] auto empty() const -> bool { return bytes_.empty(); }

 private:
  friend class IntakeLog;
  explicit IntakeBatch(intake::SaltSum salt) : salt_(salt) {}

  intake::SaltSum salt_;
  std::string bytes_;
  std::size_t entries_ = 0;
  std::vector<IntakeNumber> ended_;
};

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

  [[nodiscard]] auto new_batch() const -> IntakeBatch;

  // False if too much waits to be written; then nothing happens. Else `done` is called once the
  // entries are durable, with the number of the first, from which the others count on. That is on the
  // log's thread: it must be quick. Without entries it is not called. Any thread.
  using OnDurable = std::move_only_function<void(IntakeNumber first)>;
  [[nodiscard]] auto append(IntakeBatch& batch, OnDurable& done) -> bool;
  // The same of a batch of ends, which is never refused.
  void append_ends(IntakeBatch batch);

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
