#include "treadle/runtime/intake_log.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/stat.h>
#include <thread>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/runtime/intake_segment.h"
#include "treadle/store/file_handle.h"

namespace treadle::runtime {
namespace {

namespace fs = std::filesystem;
using intake::RecordKind;
using store::FileHandle;
using store::write_all;

constexpr mode_t kOwnerOnly = 0600;
constexpr std::string_view kSuffix = ".log";
// Entries of a sync from which on the next waits for more.
constexpr std::size_t kCrowd = 4;
// A segment grows by so many bytes at once.
constexpr std::size_t kRoomBytes = std::size_t{1} << 20;
constexpr std::size_t kNever = ~std::size_t{0};

auto can_not(fs::path const& path, std::string_view doing) -> std::string {
  return fmt::format("{}: can't {}: {}", path.string(), doing, std::strerror(errno));
}

auto segment_path(fs::path const& directory, std::uint64_t index) -> fs::path {
  return directory / fmt::format("{:016}{}", index, kSuffix);
}

// The segments' indices, in order. Files of other names are nobody's business.
auto list_segments(fs::path const& directory) -> Result<std::vector<std::uint64_t>, std::string> {
  std::vector<std::uint64_t> indices;
  std::error_code error;
  for (auto it = fs::directory_iterator(directory, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    auto const name = it->path().filename().string();
    std::uint64_t index = 0;
    auto const [end, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (failed == std::errc{} && std::string_view(end) == kSuffix) indices.push_back(index);
  }
  if (error)
    return std::unexpected(
        fmt::format("{}: can't list it: {}", directory.string(), error.message()));
  std::ranges::sort(indices);
  for (std::size_t i = 1; i < indices.size(); ++i)
    if (indices[i] != indices[i - 1] + 1)
      return std::unexpected(fmt::format("{}: is missing; restore it from a backup",
                                         segment_path(directory, indices[i - 1] + 1).string()));
  return indices;
}

auto read_file(fs::path const& path) -> Result<std::string, std::string> {
  FileHandle const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return std::unexpected(can_not(path, "open it"));
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    auto const got =
        ::pread(file.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got <= 0) return std::unexpected(can_not(path, "read it"));
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

auto cut(fs::path const& path, std::size_t bytes) -> Result<void, std::string> {
  FileHandle const file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0 || ::fsync(file.get()) != 0)
    return std::unexpected(can_not(path, "cut off its torn end"));
  return {};
}

}  // namespace

struct IntakeLog::Impl {
  struct SegmentFile {
    std::uint64_t index = 0;
    IntakeNumber first = 0;
    std::size_t open = 0;  // entries that have not ended
  };
  struct Queued {
    IntakeBatch batch;
    OnDurable done;
  };
  // What is written with one sync.
  struct Group {
    std::vector<Queued> batches;
    std::size_t bytes = 0;
    std::size_t entries = 0;
  };

  explicit Impl(IntakeOptions given) : options(std::move(given)) {}

  void queue(Queued queued_batch);

  // ---- on the log's thread ----
  void work();
  void wait_for_more(std::unique_lock<std::mutex>& lock);
  void write(Group& group);
  [[nodiscard]] auto append(std::string_view bytes) -> bool;
  [[nodiscard]] auto next_segment() -> bool;
  void make_room(std::size_t bytes);
  [[nodiscard]] auto leave_segment() -> bool;
  void count_ends(IntakeBatch const& batch);
  auto drop_ended_segments() -> bool;

  void fail(std::string_view doing) {
    failed = true;
    options.fail_stop(can_not(segment_path(options.directory, segments.back().index), doing));
  }

  IntakeOptions const options;
  intake::SaltSum salt_sum;

  // The log's thread's alone, once it runs.
  std::uint64_t salt = 0;
  std::uint64_t last_index = 0;  // of the segment that was made last
  IntakeNumber last_number = 0;
  FileHandle file;               // of the segment that is written, if there is one
  std::size_t file_bytes = 0;    // written
  std::size_t file_room = 0;     // that it has on the disk
  std::size_t last_entries = 0;  // of the group before, and how long its sync took
  std::chrono::steady_clock::duration last_sync{};
  std::deque<SegmentFile> segments;  // oldest first
  bool failed = false;

  std::mutex mutex;  // of all below
  std::condition_variable woken;
  std::size_t wakes_at = 0;  // when so many entries are queued the thread is to be woken
  bool stopping = false;
  Group queued;
  std::thread thread;
};

// ---- opening ----

namespace {

struct OpenEntries {
  std::map<IntakeNumber, std::string> entries;
  IntakeNumber next = 1;
};

auto add_segment(std::string_view bytes, fs::path const& path, bool is_last, OpenEntries& open)
    -> Result<intake::Segment, std::string> {
  auto segment = TRY(intake::read_segment(bytes, path));
  if (segment.whole_bytes < bytes.size() || segment.whole_bytes == 0) {
    if (!is_last)
      return std::unexpected(fmt::format(
          "{}: ends in the middle of a record, and is not the last file; restore it from a backup",
          path.string()));
    TRY(cut(path, segment.whole_bytes));
  }
  if (segment.whole_bytes == 0) return segment;
  if (!open.entries.empty() && segment.first_number != open.next)
    return std::unexpected(fmt::format(
        "{}: begins with entry {}, {} was expected; restore the files around it from a backup",
        path.string(), segment.first_number, open.next));
  open.next = segment.first_number;
  for (auto const entry : segment.entries) open.entries.emplace(open.next++, entry);
  for (auto const number : segment.ended) open.entries.erase(number);
  return segment;
}

}  // namespace

auto IntakeLog::open(IntakeOptions given) -> Result<Opened, std::string> {
  auto impl = std::make_unique<Impl>(std::move(given));
  auto const& directory = impl->options.directory;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return std::unexpected(can_not(directory, "make it"));
  auto const indices = TRY(list_segments(directory));
  OpenEntries open;
  for (auto const index : indices) {
    auto const path = segment_path(directory, index);
    auto const bytes = TRY(read_file(path));
    auto const segment = TRY(add_segment(bytes, path, index == indices.back(), open));
    impl->last_index = index;
    if (segment.whole_bytes == 0)
      ::unlink(path.c_str());
    else
      impl->segments.push_back({.index = index, .first = segment.first_number, .open = 0});
  }
  impl->salt = impl->options.random->next_u64();
  impl->salt_sum = intake::sum_of_salt(impl->salt);
  impl->last_number = open.next - 1;
  Opened opened;
  for (auto& [number, bytes] : open.entries) {
    auto const after =
        std::ranges::upper_bound(impl->segments, number, {}, &Impl::SegmentFile::first);
    ++(after - 1)->open;
    opened.open.push_back({number, std::move(bytes)});
  }
  if (impl->drop_ended_segments()) static_cast<void>(store::sync_names(directory));
  impl->thread = std::thread([&log = *impl] { log.work(); });
  opened.log.reset(new IntakeLog(std::move(impl)));
  return opened;
}

IntakeLog::IntakeLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

IntakeLog::~IntakeLog() {
  {
    std::lock_guard const lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->woken.notify_one();
  impl_->thread.join();
  if (impl_->file && !impl_->failed) static_cast<void>(impl_->leave_segment());
}

// ---- use ----

auto IntakeLog::new_batch() const -> IntakeBatch { return IntakeBatch(impl_->salt_sum); }

auto IntakeLog::append(IntakeBatch& batch, OnDurable& done) -> bool {
  std::lock_guard const lock(impl_->mutex);
  auto const waiting = impl_->queued.bytes;
  auto const is_full =
      waiting > 0 && waiting + batch.bytes().size() > impl_->options.queue_bytes_max;
  if (impl_->stopping || is_full) return false;
  impl_->queue({std::move(batch), std::move(done)});
  return true;
}

void IntakeLog::append_ends(IntakeBatch batch) {
  TREADLE_ASSERT(batch.entries() == 0);
  std::lock_guard const lock(impl_->mutex);
  impl_->queue({std::move(batch), {}});
}

// The thread is woken once for what it waits for.
void IntakeLog::Impl::queue(Queued queued_batch) {
  queued.bytes += queued_batch.batch.bytes().size();
  queued.entries += queued_batch.batch.entries();
  queued.batches.push_back(std::move(queued_batch));
  if (queued.entries < wakes_at) return;
  wakes_at = kNever;
  woken.notify_one();
}

// ---- on the log's thread ----

void IntakeLog::Impl::work() {
  for (;;) {
    Group group;
    {
      std::unique_lock lock(mutex);
      wakes_at = 0;
      woken.wait(lock, [this] { return stopping || !queued.batches.empty(); });
      if (queued.batches.empty()) return;
      wait_for_more(lock);
      wakes_at = kNever;
      group = std::exchange(queued, {});
    }
    write(group);
    if (failed) return;
  }
}

// Those whom the last sync answered may be about to come back. A sync costs what many entries do, so it
// waits for as many as there were, but no longer than that sync took.
void IntakeLog::Impl::wait_for_more(std::unique_lock<std::mutex>& lock) {
  if (last_entries < kCrowd || queued.entries >= last_entries || queued.entries == 0) return;
  wakes_at = last_entries;
  auto const most = std::min<std::chrono::steady_clock::duration>(last_sync, options.wait_most);
  woken.wait_for(lock, most, [this] { return stopping || queued.entries >= last_entries; });
}

void IntakeLog::Impl::write(Group& group) {
  if ((!file || file_bytes > options.segment_bytes) && !next_segment()) return;
  make_room(group.bytes);
  for (auto const& [batch, done] : group.batches)
    if (!append(batch.bytes())) return fail("append");
  if (group.entries > 0) {
    auto const began = std::chrono::steady_clock::now();
    if (::fdatasync(file.get()) != 0) return fail("sync");
    last_sync = std::chrono::steady_clock::now() - began;
    last_entries = group.entries;
  }
  segments.back().open += group.entries;
  for (auto const& [batch, done] : group.batches) count_ends(batch);
  auto const has_dropped = drop_ended_segments();
  for (auto& [batch, done] : group.batches) {
    auto const first = last_number + 1;
    last_number += batch.entries();
    if (batch.entries() > 0) done(first);
  }
  if (has_dropped) static_cast<void>(store::sync_names(options.directory));
}

auto IntakeLog::Impl::append(std::string_view bytes) -> bool {
  file_bytes += bytes.size();
  return write_all(file.get(), bytes);
}

void IntakeLog::Impl::count_ends(IntakeBatch const& batch) {
  for (auto const number : batch.ended()) {
    auto const after = std::ranges::upper_bound(segments, number, {}, &SegmentFile::first);
    TREADLE_ASSERT(after != segments.begin() && (after - 1)->open > 0);
    --(after - 1)->open;
  }
}

// A segment may begin with ends alone: its first number is then that of the entry to come.
auto IntakeLog::Impl::next_segment() -> bool {
  if (file && !leave_segment()) return fail("end it"), false;
  auto const index = ++last_index;
  segments.push_back({.index = index, .first = last_number + 1, .open = 0});
  auto const path = segment_path(options.directory, index);
  file.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!file) return fail("make it"), false;
  file_bytes = file_room = 0;
  auto const header = intake::write_header(salt, segments.back().first);
  if (!append(header) || ::fdatasync(file.get()) != 0 || !store::sync_names(options.directory))
    return fail("write its header"), false;
  return true;
}

// A sync is cheaper while the file's size stays as it is. Where the system has no room to give, writing
// will say so.
void IntakeLog::Impl::make_room(std::size_t bytes) {
  if (file_bytes + bytes <= file_room) return;
  file_room = file_bytes + bytes + kRoomBytes;
  static_cast<void>(::fallocate(file.get(), 0, 0, static_cast<off_t>(file_room)));
}

// Gives back what it has not used: only the last segment may have a torn end.
auto IntakeLog::Impl::leave_segment() -> bool {
  return ::ftruncate(file.get(), static_cast<off_t>(file_bytes)) == 0 &&
         ::fdatasync(file.get()) == 0;
}

// The segment that is written stays. One that was not removed is found empty at the next start.
auto IntakeLog::Impl::drop_ended_segments() -> bool {
  bool dropped = false;
  while (!segments.empty() && segments.front().open == 0 && !(file && segments.size() == 1)) {
    ::unlink(segment_path(options.directory, segments.front().index).c_str());
    segments.pop_front();
    dropped = true;
  }
  return dropped;
}

}  // namespace treadle::runtime
