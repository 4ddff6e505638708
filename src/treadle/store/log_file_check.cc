#include "treadle/store/log_file_check.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <optional>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "treadle/store/crc32c.h"
#include "treadle/store/file_handle.h"
#include "treadle/store/store_error.h"

namespace treadle::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 32'768;
constexpr std::size_t kHeaderBytes = 7;

enum class Part : std::uint8_t { kPadding = 0, kWhole = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

struct Header {
  std::uint32_t crc = 0;  // unmasked
  std::size_t payload_bytes = 0;
  std::uint8_t part = 0;

  [[nodiscard]] auto is_known() const -> bool { return part >= 1 && part <= 4; }
};

// A sum stored beside its data is rotated and shifted, so that sums of sums stay strong.
auto unmask_crc(std::uint32_t masked) -> std::uint32_t {
  std::uint32_t const rotated = masked - 0xA282EAD8U;
  return (rotated >> 17U) | (rotated << 15U);
}

// `bytes` has at least kHeaderBytes.
auto read_header(std::string_view bytes) -> Header {
  auto const byte = [&](std::size_t i) {
    return std::uint32_t{static_cast<std::uint8_t>(bytes[i])};
  };
  return {.crc = unmask_crc(byte(0) | byte(1) << 8U | byte(2) << 16U | byte(3) << 24U),
          .payload_bytes = byte(4) | byte(5) << 8U,
          .part = static_cast<std::uint8_t>(byte(6))};
}

// Whether a whole, intact record starts at the beginning of `bytes`, which end with its block or
// the file.
auto starts_with_record(std::string_view bytes) -> bool {
  if (bytes.size() < kHeaderBytes) return false;
  auto const header = read_header(bytes);
  if (!header.is_known()) return false;
  if (kHeaderBytes + header.payload_bytes > bytes.size()) return false;
  return crc32c(bytes.substr(kHeaderBytes - 1, 1 + header.payload_bytes)) == header.crc;
}

auto is_all_zeros(std::string_view bytes) -> bool {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

class Walk {
 public:
  explicit Walk(std::string_view bytes) : bytes_(bytes) {}

  // What is wrong, or nullopt; then `check` tells how the file ends.
  auto run(LogCheck& check) -> std::optional<std::string_view> {
    while (at_ < bytes_.size()) {
      auto const in_block = std::min(kBlockBytes - at_ % kBlockBytes, bytes_.size() - at_);
      auto const rest = bytes_.substr(at_, in_block);
      if (kBlockBytes - at_ % kBlockBytes < kHeaderBytes) {
        if (!is_all_zeros(rest)) return "bytes between two blocks";
        at_ += in_block;
        continue;
      }
      auto const header =
          rest.size() < kHeaderBytes ? std::nullopt : std::optional(read_header(rest));
      bool const ends_here = !header || kHeaderBytes + header->payload_bytes > rest.size() ||
                             is_all_zeros(rest.substr(0, kHeaderBytes));
      if (ends_here) {
        check = {LogTail::kTorn, whole_bytes_};
        return is_torn_tail(rest) ? std::nullopt
                                  : std::optional<std::string_view>("a broken record");
      }
      if (auto const wrong = take_record(*header, rest)) return wrong;
    }
    check = {in_parts_ ? LogTail::kTorn : LogTail::kWhole, whole_bytes_};
    return std::nullopt;
  }

  [[nodiscard]] auto offset() const -> std::size_t { return at_; }

 private:
  // A record that is all there: its sum must be right and its parts in order.
  auto take_record(Header const& header, std::string_view rest) -> std::optional<std::string_view> {
    if (!starts_with_record(rest.substr(0, kHeaderBytes + header.payload_bytes))) {
      return "a record with a wrong checksum";
    }
    auto const part = static_cast<Part>(header.part);
    bool const continues = part == Part::kMiddle || part == Part::kLast;
    if (continues != in_parts_) return "parts of a record in the wrong order";
    in_parts_ = part == Part::kFirst || part == Part::kMiddle;
    at_ += kHeaderBytes + header.payload_bytes;
    if (!in_parts_) whole_bytes_ = at_;
    return std::nullopt;
  }

  // `rest`, to the end of the block or file, does not start with a whole record. A crash can have
  // left it only if the file ends in it, and nothing that is whole hides behind a wrong length.
  [[nodiscard]] auto is_torn_tail(std::string_view rest) const -> bool {
    if (is_all_zeros(bytes_.substr(at_))) return true;
    if (at_ + rest.size() != bytes_.size()) return false;
    if (rest.size() < kHeaderBytes) return true;
    auto const header = read_header(rest);
    if (!header.is_known()) return false;
    if (kHeaderBytes + header.payload_bytes > kBlockBytes - at_ % kBlockBytes) return false;
    if (crc32c(rest.substr(kHeaderBytes - 1)) == header.crc) return false;
    for (std::size_t behind = 1; behind + kHeaderBytes < rest.size(); ++behind) {
      if (starts_with_record(rest.substr(behind))) return false;
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t whole_bytes_ = 0;
  bool in_parts_ = false;
};

// A file's bytes, mapped for reading.
class MappedFile {
 public:
  static auto open(fs::path const& path) -> StoreResult<MappedFile> {
    FileHandle const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat stats = {};
    if (!file || ::fstat(file.get(), &stats) != 0) return system_error(path, "open", errno);
    auto const size = static_cast<std::size_t>(stats.st_size);
    if (size == 0) return MappedFile(nullptr, 0);
    void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.get(), 0);
    if (start == MAP_FAILED) return system_error(path, "read", errno);
    return MappedFile(start, size);
  }
  MappedFile(MappedFile&& other) noexcept
      : start_(std::exchange(other.start_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  auto operator=(MappedFile&&) -> MappedFile& = delete;
  ~MappedFile() {
    if (start_ != nullptr) ::munmap(start_, size_);
  }
  [[nodiscard]] auto bytes() const -> std::string_view {
    return {static_cast<char const*>(start_), size_};
  }

 private:
  MappedFile(void* start, std::size_t size) : start_(start), size_(size) {}
  void* start_;
  std::size_t size_;
};

// The WALs by number: "000012.log" is 12.
auto list_wals(fs::path const& directory) -> StoreResult<std::map<std::uint64_t, fs::path>> {
  std::map<std::uint64_t, fs::path> wals;
  std::error_code error;
  for (auto it = fs::directory_iterator(directory, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    auto const& path = it->path();
    if (path.extension() != ".log") continue;
    auto const stem = path.stem().string();
    std::uint64_t number = 0;
    auto const read = std::from_chars(stem.data(), stem.data() + stem.size(), number);
    if (read.ec == std::errc{} && read.ptr == stem.data() + stem.size()) wals.emplace(number, path);
  }
  if (error) return system_error(directory, "list", error.value());
  return wals;
}

auto check_wals(fs::path const& directory) -> StoreResult<void> {
  auto const wals = TRY(list_wals(directory));
  std::optional<fs::path> torn;
  for (auto const& [number, path] : wals) {
    auto const file = TRY(MappedFile::open(path));
    if (file.bytes().empty()) continue;
    if (torn) {
      return store_error(StoreError::Kind::kCorrupt,
                         fmt::format("{}: is cut short though {} follows it; restore the data "
                                     "directory from a backup",
                                     torn->string(), path.filename().string()));
    }
    auto const check = TRY(check_log(file.bytes(), path));
    if (check.tail == LogTail::kTorn) torn = path;
  }
  return {};
}

}  // namespace

auto check_log(std::string_view bytes, fs::path const& name) -> StoreResult<LogCheck> {
  LogCheck check;
  Walk walk(bytes);
  if (auto const wrong = walk.run(check)) {
    return store_error(
        StoreError::Kind::kCorrupt,
        fmt::format("{}: damaged at byte {} of {} ({}); what was acknowledged may be "
                    "behind it, so treadle does not start. Restore the data directory "
                    "from a backup",
                    name.string(), walk.offset(), bytes.size(), *wrong));
  }
  return check;
}

auto check_database_logs(fs::path const& directory) -> StoreResult<void> {
  std::ifstream current(directory / "CURRENT");
  std::string manifest;
  if (!std::getline(current, manifest)) return {};
  auto const manifest_path = directory / manifest;
  auto const file = TRY(MappedFile::open(manifest_path));
  TRY(check_log(file.bytes(), manifest_path));
  return check_wals(directory);
}

}  // namespace treadle::store
