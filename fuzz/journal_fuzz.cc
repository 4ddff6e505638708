// record::decode on any bytes: never reads beyond them, and what decodes encodes to
// rows that decode to the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "treadle/record/codec.h"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace treadle;
  json::Arena arena;
  std::vector<record::JournalEvent> events;
  if (!record::decode({reinterpret_cast<char const*>(data), size}, arena, events)) return 0;
  auto const row = record::encode(events);
  std::vector<record::JournalEvent> again;
  if (!record::decode(row, arena, again) || record::encode(again) != row) std::abort();
  return 0;
}
