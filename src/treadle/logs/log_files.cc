#include "treadle/logs/log_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/log.h"

namespace treadle::logs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnd = ".ndjson";
constexpr std::size_t kStemBytesMax = 220;  // a file's name has at most 255
constexpr std::size_t kOpenMax = 64;
// Longer than any line: what is looked at for the end of the last whole one.
constexpr std::uint64_t kTailBytes = std::uint64_t{4} << 20;

auto is_plain(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

auto stem_of(std::string_view group) -> std::string {
  std::string out;
  for (char const c : group) {
    if (is_plain(c))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

auto group_of(std::string_view stem) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < stem.size(); ++i) {
    unsigned value = 0;
    if (stem[i] == '%' && i + 2 < stem.size() &&
        std::from_chars(stem.data() + i + 1, stem.data() + i + 3, value, 16).ptr ==
            stem.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += stem[i];
    }
  }
  return out;
}

// "orders" and 0 of "orders.ndjson", 7 of "orders.7.ndjson"; an empty stem for other files.
auto parse_name(std::string_view name) -> std::pair<std::string_view, std::uint64_t> {
  if (!name.ends_with(kEnd)) return {};
  name.remove_suffix(kEnd.size());
  auto const dot = name.find('.');
  if (dot == std::string_view::npos) return {name, 0};
  auto const digits = name.substr(dot + 1);
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number == 0) return {};
  return {name.substr(0, dot), number};
}

auto size_of(int descriptor) -> std::uint64_t {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// Where the last whole line of the first `size` bytes ends.
auto end_of_lines(int descriptor, std::uint64_t size) -> std::uint64_t {
  auto const tail = std::min(size, kTailBytes);
  std::string bytes(tail, '\0');
  auto const read = ::pread(descriptor, bytes.data(), tail, static_cast<off_t>(size - tail));
  if (read < 0) return size;
  bytes.resize(static_cast<std::size_t>(read));
  auto const end = bytes.rfind('\n');
  return size - tail + (end == std::string::npos ? 0 : end + 1);
}

auto write_all(int descriptor, std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// When the file was made, where the file system knows.
auto made_at(fs::path const& path) -> Timestamp {
  struct statx status{};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BTIME | STATX_MTIME, &status) != 0) return {};
  auto const& time = (status.stx_mask & STATX_BTIME) != 0 ? status.stx_btime : status.stx_mtime;
  return Timestamp(std::chrono::duration_cast<Milliseconds>(
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

}  // namespace

OpenFile::OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
auto OpenFile::operator=(OpenFile&& other) noexcept -> OpenFile& {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

auto LogFiles::open(LogFilesOptions options) -> Result<std::unique_ptr<LogFiles>, std::string> {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error)
    return std::unexpected(fmt::format("{}: {}", options.folder.string(), error.message()));
  return std::unique_ptr<LogFiles>(new LogFiles(std::move(options)));
}

LogFiles::~LogFiles() {
  for (auto const& [stem, file] : open_) ::close(file.descriptor);
}

auto LogFiles::path_of(std::string_view stem, std::uint64_t number) const -> fs::path {
  return options_.folder / (number == 0 ? fmt::format("{}{}", stem, kEnd)
                                        : fmt::format("{}.{}{}", stem, number, kEnd));
}

void LogFiles::complain(std::string_view what, fs::path const& file) {
  std::string const cause = std::strerror(errno);
  if (failures_.add())
    log(LogLevel::kError, what,
        {{"file", file.native()}, {"cause", cause}, {"failures", failures_.count()}});
}

auto LogFiles::rotated(std::string_view stem) const -> std::vector<std::uint64_t> {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (auto const& entry : fs::directory_iterator(options_.folder, error)) {
    auto const name = entry.path().filename().string();
    auto const [of, number] = parse_name(name);
    if (of == stem && number != 0) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

auto LogFiles::growing(std::string const& stem) -> Growing* {
  if (auto const at = open_.find(stem); at != open_.end()) return &at->second;
  if (open_.size() >= kOpenMax) close(std::string(open_.begin()->first));
  Growing file;
  auto const path = path_of(stem, 0);
  file.descriptor = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (file.descriptor < 0) {
    complain("a log file can't be opened", path);
    return nullptr;
  }
  auto const size = size_of(file.descriptor);
  file.size = end_of_lines(file.descriptor, size);
  if (file.size != size && ::ftruncate(file.descriptor, static_cast<off_t>(file.size)) != 0)
    complain("a log file can't be cut to whole lines", path);
  auto const before = rotated(stem);
  file.number = before.empty() ? 1 : before.back() + 1;
  return &open_.emplace(stem, file).first->second;
}

void LogFiles::close(std::string_view stem) {
  auto const at = open_.find(stem);
  if (at == open_.end()) return;
  ::close(at->second.descriptor);
  open_.erase(at);
}

auto LogFiles::rotate(std::string const& stem, Growing const& file) -> bool {
  auto const path = path_of(stem, 0);
  if (::rename(path.c_str(), path_of(stem, file.number).c_str()) != 0) {
    complain("a log file can't be rotated", path);
    return false;
  }
  close(stem);
  auto const numbers = rotated(stem);
  for (std::size_t i = 0; i + options_.files_max <= numbers.size(); ++i) {
    std::error_code ignored;
    fs::remove(path_of(stem, numbers[i]), ignored);
  }
  return true;
}

auto LogFiles::fitting(Growing const& file, std::string_view lines) const -> std::string_view {
  auto const room = options_.file_bytes_max - std::min(file.size, options_.file_bytes_max);
  if (lines.size() <= room) return lines;
  auto const last = room == 0 ? std::string_view::npos : lines.rfind('\n', room - 1);
  if (last != std::string_view::npos) return lines.substr(0, last + 1);
  if (file.size != 0) return {};
  return lines.substr(0, std::min(lines.find('\n'), lines.size() - 1) + 1);
}

auto LogFiles::append(std::string_view group, std::string_view lines) -> Result<void, std::size_t> {
  std::lock_guard const lock(mutex_);
  if (!is_name(group)) {
    errno = ENAMETOOLONG;
    complain("a log group has no name that a file could have", group);
    return std::unexpected(std::size_t{0});
  }
  auto const stem = stem_of(group);
  auto rest = lines;
  auto const stopped = [&] { return std::unexpected(lines.size() - rest.size()); };
  auto* file = growing(stem);
  if (file == nullptr) return stopped();
  while (!rest.empty()) {
    auto piece = fitting(*file, rest);
    if (piece.empty() && rotate(stem, *file)) {
      file = growing(stem);
      if (file == nullptr) return stopped();
      continue;
    }
    if (piece.empty()) piece = rest;
    if (!write_all(file->descriptor, piece)) {
      complain("log events can't be written", path_of(stem, 0));
      if (::ftruncate(file->descriptor, static_cast<off_t>(file->size)) != 0) close(stem);
      return stopped();
    }
    file->size += piece.size();
    rest.remove_prefix(piece.size());
  }
  failures_.reset();
  return {};
}

auto LogFiles::is_name(std::string_view group) -> bool {
  return !group.empty() && stem_of(group).size() <= kStemBytesMax;
}

auto LogFiles::has(std::string_view group) const -> bool {
  std::lock_guard const lock(mutex_);
  std::error_code ignored;
  return is_name(group) && fs::exists(path_of(stem_of(group), 0), ignored);
}

void LogFiles::erase(std::string_view group) {
  auto const stem = stem_of(group);
  std::lock_guard const lock(mutex_);
  close(stem);
  std::error_code ignored;
  for (auto const number : rotated(stem)) fs::remove(path_of(stem, number), ignored);
  fs::remove(path_of(stem, 0), ignored);
}

auto LogFiles::groups() const -> std::vector<Group> {
  std::lock_guard const lock(mutex_);
  std::map<std::string, Group> found;
  std::error_code error;
  for (auto const& entry : fs::directory_iterator(options_.folder, error)) {
    auto const name = entry.path().filename().string();
    auto const [stem, number] = parse_name(name);
    if (stem.empty()) continue;
    auto const made = made_at(entry.path());
    auto const [at, is_new] = found.try_emplace(group_of(stem), Group{group_of(stem), made, 0});
    at->second.created = std::min(at->second.created, made);
    std::error_code ignored;
    auto const size = fs::file_size(entry.path(), ignored);
    if (!ignored) at->second.bytes += size;
  }
  std::vector<Group> out;
  for (auto& [name, group] : found) out.push_back(std::move(group));
  return out;
}

auto LogFiles::segments(std::string_view group) const -> std::vector<Segment> {
  std::vector<Segment> out;
  if (!is_name(group)) return out;
  auto const stem = stem_of(group);
  std::lock_guard const lock(mutex_);
  auto numbers = rotated(stem);
  auto const last = numbers.empty() ? 1 : numbers.back() + 1;
  numbers.push_back(0);
  for (auto const number : numbers) {
    OpenFile file(::open(path_of(stem, number).c_str(), O_RDONLY | O_CLOEXEC));
    if (file.descriptor() < 0) continue;
    auto const size = end_of_lines(file.descriptor(), size_of(file.descriptor()));
    out.push_back({number == 0 ? last : number, size, std::move(file)});
  }
  return out;
}

}  // namespace treadle::logs
