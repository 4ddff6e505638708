#include "treadle/store/data_directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "treadle/store/store_error.h"

namespace treadle::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormatPrefix = "treadle data, format ";
constexpr mode_t kOwnerOnly = 0600;

auto make_directory(fs::path const& path) -> StoreResult<void> {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return system_error(path, "make the data directory", errno);
  if (fs::is_directory(path, error)) return {};
  return store_error(
      StoreError::Kind::kArgument,
      fmt::format("{}: is not a directory; name another data directory", path.string()));
}

// Whether a directory that has no format file may become a data directory: it holds nothing but
// what an interrupted first start leaves behind.
auto check_unused(fs::path const& path) -> StoreResult<void> {
  constexpr std::array<std::string_view, 5> kOurs = {"lock", "db", "ballast", "format.new",
                                                     "lost+found"};
  std::error_code error;
  for (auto it = fs::directory_iterator(path, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    auto const name = it->path().filename().string();
    if (std::ranges::find(kOurs, name) != kOurs.end()) continue;
    return store_error(StoreError::Kind::kArgument,
                       fmt::format("{}: holds \"{}\" and is no data directory of treadle's; name "
                                   "another one, or an empty one",
                                   path.string(), name));
  }
  if (error) return system_error(path, "list the data directory", error.value());
  return {};
}

auto read_small_file(int descriptor) -> std::string {
  std::array<char, 256> buffer = {};
  auto const size = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0U};
}

// The format that DIR/format names; nullopt if there is no such file.
auto read_format(fs::path const& path) -> StoreResult<std::optional<std::uint32_t>> {
  auto const file_path = path / "format";
  FileHandle const file(::open(file_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    return system_error(file_path, "open", errno);
  }
  auto const text = read_small_file(file.get());
  std::uint32_t format = 0;
  auto const* const end = text.data() + text.size();
  auto const digits = std::string_view(text).starts_with(kFormatPrefix)
                          ? std::from_chars(text.data() + kFormatPrefix.size(), end, format)
                          : std::from_chars_result{end, std::errc::invalid_argument};
  if (digits.ec != std::errc{} || std::string_view(digits.ptr, end) != "\n") {
    return store_error(
        StoreError::Kind::kCorrupt,
        fmt::format("{}: is not what treadle writes there; restore the data directory "
                    "from a backup",
                    file_path.string()));
  }
  return format;
}

auto check_format(fs::path const& path, std::uint32_t format) -> StoreResult<void> {
  if (format == kFormat) return {};
  if (format > kFormat) {
    return store_error(
        StoreError::Kind::kFormat,
        fmt::format("{}: was written by a newer treadle (format {}; this one reads {}); "
                    "run that release. Nothing was changed",
                    path.string(), format, kFormat));
  }
  return store_error(StoreError::Kind::kFormat,
                     fmt::format("{}: has format {}, which this treadle can't read (it reads {})",
                                 path.string(), format, kFormat));
}

auto take_lock(fs::path const& path) -> StoreResult<FileHandle> {
  auto const file_path = path / "lock";
  FileHandle file(::open(file_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (!file) return system_error(file_path, "open", errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(file_path, "lock", errno);
    auto holder = read_small_file(file.get());
    holder.resize(std::min(holder.find('\n'), holder.size()));
    return store_error(
        StoreError::Kind::kInUse,
        fmt::format("{}: another treadle (pid {}) uses this data directory; stop it, or "
                    "name another one",
                    path.string(), holder.empty() ? "unknown" : holder));
  }
  auto const pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file.get(), 0) != 0 ||
      ::pwrite(file.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return system_error(file_path, "write", errno);
  }
  return file;
}

auto sync_directory(fs::path const& path) -> StoreResult<void> {
  if (!sync_names(path)) return system_error(path, "fsync", errno);
  return {};
}

}  // namespace

auto DataDirectory::open(fs::path const& path) -> StoreResult<DataDirectory> {
  TRY(make_directory(path));
  auto format = TRY(read_format(path));
  TRY(format ? check_format(path, *format) : check_unused(path));
  auto lock = TRY(take_lock(path));
  format =
      TRY(read_format(path));  // again: another process may just have made the directory complete
  if (format) TRY(check_format(path, *format));
  return DataDirectory(path, std::move(lock), format.has_value());
}

auto DataDirectory::mark_complete() -> StoreResult<void> {
  auto const draft = path_ / "format.new";
  auto const text = fmt::format("{}{}\n", kFormatPrefix, kFormat);
  {
    FileHandle const file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly));
    if (!file) return system_error(draft, "create", errno);
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(file.get()) != 0) {
      return system_error(draft, "write", errno);
    }
  }
  if (::rename(draft.c_str(), (path_ / "format").c_str()) != 0) {
    return system_error(draft, "rename", errno);
  }
  TRY(sync_directory(path_));
  TRY(sync_directory(path_.has_parent_path() ? path_.parent_path() : fs::path(".")));
  is_complete_ = true;
  return {};
}

}  // namespace treadle::store
