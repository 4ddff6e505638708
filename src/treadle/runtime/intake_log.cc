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
  // What is written with one sync.
  struct Group {
    std::string bytes;
    IntakeNumber first = 0;  // of its entries
    std::vector<OnDurable> answers;
  };

  explicit Impl(IntakeOptions given) : options(std::move(given)) {}

  // ---- on the log's thread ----
  void work();
  void write(Group group);
  [[nodiscard]] auto next_segment(Group const& group) -> bool;
  void drop_ended_segments();

  void fail(std::string_view doing) {
    failed = true;
    options.fail_stop(can_not(segment_path(options.directory, segments.back().index), doing));
  }

  IntakeOptions const options;
  std::uint64_t salt = 0;
  std::uint64_t last_index = 0;  // of the segment that was made last
  FileHandle file;               // of the segment that is written, if there is one
  std::size_t file_bytes = 0;
  bool failed = false;

  std::mutex mutex;  // of all below
  std::condition_variable woken;
  bool stopping = false;
  IntakeNumber last_number = 0;
  Group queued;
  std::deque<SegmentFile> segments;  // oldest first
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
  impl->last_number = open.next - 1;
  Opened opened;
  for (auto& [number, bytes] : open.entries) {
    auto const after =
        std::ranges::upper_bound(impl->segments, number, {}, &Impl::SegmentFile::first);
    ++(after - 1)->open;
    opened.open.push_back({number, std::move(bytes)});
  }
  impl->drop_ended_segments();
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
}

// ---- use ----

auto IntakeLog::append(std::string_view entry, OnDurable& done) -> bool {
  std::lock_guard const lock(impl_->mutex);
  auto& queued = impl_->queued;
  if (impl_->stopping || queued.bytes.size() + entry.size() > impl_->options.queue_bytes_max)
    return false;
  auto const was_empty = queued.bytes.empty();
  auto const number = ++impl_->last_number;
  if (queued.answers.empty()) queued.first = number;
  intake::append_record(queued.bytes, impl_->salt, RecordKind::kEntry, entry);
  queued.answers.push_back(std::move(done));
  if (was_empty) impl_->woken.notify_one();
  return true;
}

void IntakeLog::ended(IntakeNumber number) {
  std::lock_guard const lock(impl_->mutex);
  auto const was_empty = impl_->queued.bytes.empty();
  intake::append_ended(impl_->queued.bytes, impl_->salt, number);
  auto& segments = impl_->segments;
  auto const after = std::ranges::upper_bound(segments, number, {}, &Impl::SegmentFile::first);
  TREADLE_ASSERT(after != segments.begin() && (after - 1)->open > 0);
  --(after - 1)->open;
  if (was_empty) impl_->woken.notify_one();
}

// ---- on the log's thread ----

void IntakeLog::Impl::work() {
  for (;;) {
    Group group;
    {
      std::unique_lock lock(mutex);
      woken.wait(lock, [this] { return stopping || !queued.bytes.empty(); });
      if (queued.bytes.empty()) return;
      group = std::exchange(queued, {});
    }
    write(std::move(group));
    if (failed) return;
  }
}

void IntakeLog::Impl::write(Group group) {
  if ((!file || file_bytes > options.segment_bytes) && !next_segment(group)) return;
  if (!write_all(file.get(), group.bytes)) return fail("append");
  file_bytes += group.bytes.size();
  if (!group.answers.empty() && ::fdatasync(file.get()) != 0) return fail("sync");
  {
    std::lock_guard const lock(mutex);
    segments.back().open += group.answers.size();
    drop_ended_segments();
  }
  auto number = group.first;
  for (auto& answer : group.answers) answer(number++);
}

// A segment may begin with ends alone: its first number is then that of the entry to come.
auto IntakeLog::Impl::next_segment(Group const& group) -> bool {
  auto const index = ++last_index;
  IntakeNumber first = group.first;
  {
    std::lock_guard const lock(mutex);
    if (first == 0) first = queued.answers.empty() ? last_number + 1 : queued.first;
    segments.push_back({.index = index, .first = first, .open = 0});
  }
  auto const path = segment_path(options.directory, index);
  file.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kOwnerOnly));
  if (!file) return fail("make it"), false;
  auto const header = intake::write_header(salt, first);
  if (!write_all(file.get(), header) || ::fdatasync(file.get()) != 0 ||
      !store::sync_names(options.directory))
    return fail("write its header"), false;
  file_bytes = header.size();
  return true;
}

// The segment that is written stays. One that was not removed is found empty at the next start.
void IntakeLog::Impl::drop_ended_segments() {
  bool dropped = false;
  while (!segments.empty() && segments.front().open == 0 && !(file && segments.size() == 1)) {
    ::unlink(segment_path(options.directory, segments.front().index).c_str());
    segments.pop_front();
    dropped = true;
  }
  if (dropped) static_cast<void>(store::sync_names(options.directory));
}

}  // namespace treadle::runtime
