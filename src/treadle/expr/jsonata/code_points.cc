#include "treadle/expr/jsonata/code_points.h"

#include "treadle/base/utf8.h"

namespace treadle::expr::jsonata {

auto to_code_points(std::string_view text) -> std::u32string {
  std::u32string out;
  while (!text.empty()) {
    auto const one = utf8::decode_one(text, utf8::Surrogates::kAccept);
    out += one ? one->value : U'\uFFFD';
    text.remove_prefix(one ? one->bytes : 1);
  }
  return out;
}

auto to_utf8(std::u32string_view text) -> std::string {
  std::string out;
  for (auto const c : text) utf8::append(out, c <= 0x10FFFF ? c : U'\uFFFD');
  return out;
}

}  // namespace treadle::expr::jsonata
