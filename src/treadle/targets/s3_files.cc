#include "treadle/targets/s3_files.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "treadle/base/log.h"

namespace treadle::targets {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kPiece = 1U << 20U;
constexpr std::string_view kUnfinished = ".part";
constexpr std::size_t kRowBytesMax = std::size_t{32} << 10;

// Of "#17" 17.
auto row_of(std::string_view name) -> std::int64_t { return parse_int(name.substr(1)).value_or(0); }

class File {
 public:
  File(fs::path const& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(File const&) = delete;
  auto operator=(File const&) -> File& = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] auto is_open() const -> bool { return descriptor_ >= 0; }
  [[nodiscard]] auto write(std::string_view bytes) const -> bool {
    while (!bytes.empty()) {
      auto const n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  // Exactly `size` bytes at `offset`, unless the file is shorter.
  [[nodiscard]] auto read(std::uint64_t offset, std::size_t size) const
      -> std::optional<std::string> {
    std::string out(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      auto const n =
          ::pread(descriptor_, out.data() + done, size - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return std::nullopt;
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    out.resize(done);
    return out;
  }
  [[nodiscard]] auto sync() const -> bool { return ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
};

auto append_file(File const& to, fs::path const& from) -> bool {
  File const source(from, O_RDONLY);
  if (!source.is_open()) return false;
  for (std::uint64_t offset = 0;;) {
    auto const piece = source.read(offset, kPiece);
    if (!piece || !to.write(*piece)) return false;
    if (piece->size() < kPiece) return true;
    offset += piece->size();
  }
}

template <typename Fill>
auto make_file(fs::path const& folder, std::string const& name, Fill const& fill) -> bool {
  auto const unfinished = folder / (name + std::string(kUnfinished));
  bool const is_whole = [&] {
    File const file(unfinished, O_WRONLY | O_CREAT | O_EXCL);
    return file.is_open() && fill(file) && file.sync();
  }();
  if (is_whole && std::rename(unfinished.c_str(), (folder / name).c_str()) == 0) return true;
  log(LogLevel::kError, "an object could not be written", {{"folder", folder.string()}});
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  return false;
}

}  // namespace

auto S3Files::write(std::string_view bytes) -> std::optional<std::string> {
  if (bytes.size() <= kRowBytesMax) {
    auto const blob = std::as_bytes(std::span(bytes));
    if (database_.run("insert into bodies(bytes) values(?)", blob) != 1) return std::nullopt;
    return "#" + std::to_string(database_.last_row());
  }
  auto name = scope_.uuid();
  if (!make_file(folder_, name, [&](File const& file) { return file.write(bytes); }))
    return std::nullopt;
  has_new_names_ = true;
  return name;
}

auto S3Files::join(std::vector<std::string> const& names) -> std::optional<std::string> {
  if (names.size() == 1 && is_row(names.front())) {
    auto const copied = database_.run(
        "insert into bodies(bytes) select bytes from bodies where id=?", row_of(names.front()));
    if (copied != 1) return std::nullopt;
    return "#" + std::to_string(database_.last_row());
  }
  auto name = scope_.uuid();
  auto const fill = [&](File const& file) {
    return std::ranges::all_of(names, [&](std::string const& part) {
      if (!is_row(part)) return append_file(file, folder_ / part);
      auto rows = database_.query("select bytes from bodies where id=?", row_of(part));
      return rows.next() && file.write(rows.text(0));
    });
  };
  if (!make_file(folder_, name, fill)) return std::nullopt;
  has_new_names_ = true;
  return name;
}

auto S3Files::sync() -> bool {
  if (!has_new_names_) return true;
  File const directory(folder_, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open() || !directory.sync()) {
    log(LogLevel::kError, "objects could not be written", {{"folder", folder_.string()}});
    return false;
  }
  has_new_names_ = false;
  return true;
}

auto S3Files::read(std::string_view name, ByteRange range) const -> std::optional<std::string> {
  if (is_row(name)) {
    auto rows = database_.query("select bytes from bodies where id=?", row_of(name));
    if (!rows.next() || rows.text(0).size() < range.first + range.size) return std::nullopt;
    return std::string(rows.text(0).substr(range.first, range.size));
  }
  File const file(folder_ / name, O_RDONLY);
  if (!file.is_open()) return std::nullopt;
  auto bytes = file.read(range.first, range.size);
  if (!bytes || bytes->size() != range.size) return std::nullopt;
  return bytes;
}

void S3Files::remove(std::string_view name) const {
  if (is_row(name)) {
    database_.run("delete from bodies where id=?", row_of(name));
    return;
  }
  std::error_code ignored;
  fs::remove(folder_ / name, ignored);
}

auto S3Files::names() const -> std::vector<std::string> {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error))
    out.push_back(at->path().filename().string());
  return out;
}

}  // namespace treadle::targets
