// A segment of the intake log as bytes.
//
//   header   "treadle express intake, format 1\n", salt (8 bytes), number of its first entry (8),
//            CRC-32C of all before (4)
//   record   CRC-32C of the salt and of what follows (4), size of the body (4), kind (1), body
//
// Numbers are little-endian. The salt is drawn by each process that writes: what a payload holds
// can't pass for a record.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::runtime::intake {

enum class RecordKind : std::uint8_t {
  kEntry = 1,  // body: the entry; its number is one more than that of the entry before
  kEnded = 2,  // body: the number of an entry (8 bytes), of this segment or an older one
};

[[nodiscard]] auto write_header(std::uint64_t salt, std::uint64_t first_number) -> std::string;

// What the sums of a process' records begin with.
struct SaltSum {
  std::uint32_t value = 0;
};
[[nodiscard]] auto sum_of_salt(std::uint64_t salt) -> SaltSum;

// A record is written in place: its body is appended to `out` between these two. Gives where it begins.
[[nodiscard]] auto begin_record(std::string& out, RecordKind kind) -> std::size_t;
void end_record(std::string& out, std::size_t begin, SaltSum salt);
void append_ended(std::string& out, SaltSum salt, std::uint64_t number);

struct Segment {
  std::uint64_t first_number = 0;
  std::vector<std::string_view> entries;
  std::vector<std::uint64_t> ended;
  std::size_t whole_bytes = 0;  // up to the end of the last whole record; 0: not even the header is
};

// Reads a whole file. Bytes at the end that a crash may have left are not looked at (whole_bytes
// tells); damage before records that are whole is an error that names `file`. Views point into
// `bytes`.
[[nodiscard]] auto read_segment(std::string_view bytes, std::filesystem::path const& file)
    -> Result<Segment, std::string>;

}  // namespace treadle::runtime::intake
