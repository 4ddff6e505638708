#include <string>

#include "treadle/expr/intrinsic/functions.h"

namespace treadle::expr::intrinsic {

auto uuid(Invocation const& invocation) -> Answer {
  auto const high = (invocation.environment.draw() & ~0xF000ULL) | 0x4000ULL;
  auto const low = (invocation.environment.draw() & ~(3ULL << 62)) | 2ULL << 62;
  auto text = std::string();
  for (auto half : {high, low})
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 0xF];
  for (auto at : {8U, 13U, 18U, 23U}) text.insert(at, "-");
  return json::make_string(invocation.arena, text);
}

}  // namespace treadle::expr::intrinsic
