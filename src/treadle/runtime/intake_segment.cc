#include "treadle/runtime/intake_segment.h"

#include <optional>

#include <fmt/format.h>

#include "treadle/store/crc32c.h"

namespace treadle::runtime::intake {
namespace {

constexpr std::string_view kTitle = "treadle express intake, format ";
constexpr std::string_view kFormat = "1\n";
constexpr std::size_t kSalt = kTitle.size() + kFormat.size();
constexpr std::size_t kFirst = kSalt + 8;
constexpr std::size_t kHeaderSum = kFirst + 8;
constexpr std::size_t kHeaderBytes = kHeaderSum + 4;
constexpr std::size_t kSize = 4;  // where it stands in a record, and the kind
constexpr std::size_t kKind = 8;
constexpr std::size_t kRecordHead = 9;
constexpr std::size_t kBodyBytesMax = std::size_t{1} << 24;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

auto get(std::string_view bytes, std::size_t at, std::size_t count) -> std::uint64_t {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

// Little-endian, over the bytes at `at`.
void set(std::string& out, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out[at + i] = static_cast<char>(value >> (8 * i));
}

struct Record {
  RecordKind kind = RecordKind::kEntry;
  std::string_view body;
};

// The record that begins there, if it is whole.
auto record_at(std::string_view bytes, std::size_t at, SaltSum salt) -> std::optional<Record> {
  if (bytes.size() - at < kRecordHead) return std::nullopt;
  auto const size = get(bytes, at + kSize, 4);
  auto const kind = static_cast<unsigned char>(bytes[at + kKind]);
  if (size > kBodyBytesMax || size > bytes.size() - at - kRecordHead) return std::nullopt;
  if (kind != static_cast<unsigned>(RecordKind::kEntry) &&
      kind != static_cast<unsigned>(RecordKind::kEnded))
    return std::nullopt;
  auto const summed = bytes.substr(at + kSize, kRecordHead - kSize + size);
  if (get(bytes, at, 4) != store::extend_crc32c(salt.value, summed)) return std::nullopt;
  return Record{static_cast<RecordKind>(kind), bytes.substr(at + kRecordHead, size)};
}

auto damaged(std::filesystem::path const& file, std::size_t at, std::string_view what)
    -> std::unexpected<std::string> {
  return std::unexpected(
      fmt::format("{}: is damaged at byte {}: {}. It holds Express executions that were accepted "
                  "and may not have ended: restore it from a backup, or move it away to lose them",
                  file.string(), at, what));
}

// The salt. Fails for a file that is none of ours; a header that a crash cut short leaves
// whole_bytes at 0.
auto read_header(std::string_view bytes, std::filesystem::path const& file, Segment& segment)
    -> Result<std::uint64_t, std::string> {
  auto const title = bytes.substr(0, kTitle.size());
  if (!kTitle.starts_with(title)) return damaged(file, 0, "it does not begin as treadle writes it");
  auto const rest = bytes.substr(title.size());
  if (!rest.empty() && !kFormat.starts_with(rest.substr(0, kFormat.size())))
    return std::unexpected(
        fmt::format("{}: was written by a newer treadle; run that release. Nothing was changed",
                    file.string()));
  if (bytes.size() < kHeaderBytes) return std::uint64_t{0};
  if (get(bytes, kHeaderSum, 4) != store::crc32c(bytes.substr(0, kHeaderSum)))
    return damaged(file, kSalt, "the header's sum does not fit");
  segment.first_number = get(bytes, kFirst, 8);
  segment.whole_bytes = kHeaderBytes;
  return get(bytes, kSalt, 8);
}

}  // namespace

auto write_header(std::uint64_t salt, std::uint64_t first_number) -> std::string {
  std::string out(kTitle);
  out += kFormat;
  put(out, salt, 8);
  put(out, first_number, 8);
  put(out, store::crc32c(out), 4);
  return out;
}

auto sum_of_salt(std::uint64_t salt) -> SaltSum {
  std::string text;
  put(text, salt, 8);
  return {store::crc32c(text)};
}

auto begin_record(std::string& out, RecordKind kind) -> std::size_t {
  auto const begin = out.size();
  out.append(kKind, '\0');
  out.push_back(static_cast<char>(kind));
  return begin;
}

void end_record(std::string& out, std::size_t begin, SaltSum salt) {
  set(out, begin + kSize, static_cast<std::uint32_t>(out.size() - begin - kRecordHead));
  auto const summed = std::string_view(out).substr(begin + kSize);
  set(out, begin, store::extend_crc32c(salt.value, summed));
}

void append_ended(std::string& out, SaltSum salt, std::uint64_t number) {
  auto const begin = begin_record(out, RecordKind::kEnded);
  put(out, number, 8);
  end_record(out, begin, salt);
}

auto read_segment(std::string_view bytes, std::filesystem::path const& file)
    -> Result<Segment, std::string> {
  Segment segment;
  if (bytes.find_first_not_of('\0') == std::string_view::npos) return segment;
  auto const salt = sum_of_salt(TRY(read_header(bytes, file, segment)));
  if (segment.whole_bytes == 0) return segment;
  auto at = segment.whole_bytes;
  for (auto record = record_at(bytes, at, salt); record; record = record_at(bytes, at, salt)) {
    if (record->kind == RecordKind::kEntry) {
      segment.entries.push_back(record->body);
    } else {
      auto const number = record->body.size() == 8 ? get(record->body, 0, 8) : 0;
      if (number == 0 || number >= segment.first_number + segment.entries.size())
        return damaged(file, at, "it names an entry that is not there");
      segment.ended.push_back(number);
    }
    at += kRecordHead + record->body.size();
  }
  segment.whole_bytes = at;
  // Room that was not used is zeros.
  auto const used = bytes.find_last_not_of('\0') + 1;
  for (auto behind = at + 1; behind < used; ++behind)
    if (record_at(bytes, behind, salt))
      return damaged(file, at, fmt::format("a whole record follows at byte {}", behind));
  return segment;
}

}  // namespace treadle::runtime::intake
