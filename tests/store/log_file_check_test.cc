#include "treadle/store/log_file_check.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/store/crc32c.h"

namespace treadle::store {
namespace {

constexpr char kWhole = 1;
constexpr char kFirst = 2;
constexpr char kLast = 4;

auto record(char part, std::string_view payload) -> std::string {
  auto const sum = crc32c(part + std::string(payload));
  auto const masked = ((sum >> 15U) | (sum << 17U)) + 0xA282EAD8U;
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<char>(masked >> shift));
  bytes.push_back(static_cast<char>(payload.size()));
  bytes.push_back(static_cast<char>(payload.size() >> 8U));
  bytes.push_back(part);
  return bytes.append(payload);
}

auto with_byte(std::string bytes, std::size_t at, char byte) -> std::string {
  bytes[at] = byte;
  return bytes;
}

TEST(Crc32c, is_the_one_of_rfc_3720) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(extend_crc32c(crc32c("1234"), "56789"), crc32c("123456789"));
}

struct Case {
  std::string_view name;
  std::string bytes;
  std::string_view outcome;  // "whole", "torn", "damaged"
  std::uint64_t whole_bytes;
};

std::string const kA = record(kWhole, "first payload");
std::string const kB = record(kWhole, "second payload");

Case const kCases[] = {
    {"empty", "", "whole", 0},
    {"whole", kA + kB, "whole", kA.size() + kB.size()},
    {"header_cut", kA + kB.substr(0, 5), "torn", kA.size()},
    {"payload_cut", kA + kB.substr(0, 12), "torn", kA.size()},
    {"zeros_behind", kA + std::string(1'000, '\0'), "torn", kA.size()},
    {"last_part_missing", kA + record(kFirst, "begin"), "torn", kA.size()},
    {"in_parts", record(kFirst, "begin") + record(kLast, "end"), "whole", 22},
    {"full_block_then_next", record(kWhole, std::string(32'755, 'x')) + std::string(6, '\0') + kA,
     "whole", 32'768 + kA.size()},
    {"payload_changed", with_byte(kA, 9, '?') + kB, "damaged", 0},
    {"last_payload_changed", kA + with_byte(kB, 9, '?'), "damaged", 0},
    {"length_hides_a_record", with_byte(kA, 5, 1) + kB, "damaged", 0},
    {"length_of_the_last_changed", kA + with_byte(kB, 5, 1), "damaged", 0},
    {"length_past_the_block", kA + with_byte(kB, 5, '\x90'), "damaged", 0},
    {"unknown_part_at_the_end", kA + with_byte(kB, 6, 9).substr(0, 12), "damaged", 0},
    {"last_part_alone", kA + record(kLast, "end"), "damaged", 0},
    {"first_part_twice", record(kFirst, "a") + record(kFirst, "b"), "damaged", 0},
    {"bytes_behind_zeros", kA + std::string(20, '\0') + kB, "damaged", 0},
    {"bytes_between_blocks", record(kWhole, std::string(32'755, 'x')) + std::string(6, 'y') + kA,
     "damaged", 0},
};

TEST(LogFileCheck, tells_a_torn_tail_from_damage) {
  for (auto const& c : kCases) {
    SCOPED_TRACE(c.name);
    auto const check = check_log(c.bytes, "000007.log");
    if (c.outcome == "damaged") {
      ASSERT_FALSE(check.has_value());
      EXPECT_EQ(check.error().kind, StoreError::Kind::kCorrupt);
      EXPECT_THAT(check.error().message, ::testing::HasSubstr("000007.log: damaged at byte"));
      continue;
    }
    ASSERT_TRUE(check.has_value()) << check.error().message;
    EXPECT_EQ(check->tail == LogTail::kTorn ? "torn" : "whole", c.outcome);
    EXPECT_EQ(check->whole_bytes, c.whole_bytes);
  }
}

}  // namespace
}  // namespace treadle::store
