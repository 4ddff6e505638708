// Any text may be a picture or a regular expression: it is used or refused, never a crash, and what
// it costs is bounded.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/expr/jsonata/date_time.h"
#include "treadle/expr/jsonata/encoding.h"
#include "treadle/expr/jsonata/format_integer.h"
#include "treadle/expr/jsonata/format_number.h"
#include "treadle/expr/jsonata/number_text.h"
#include "treadle/expr/jsonata/regex.h"

namespace {

using namespace treadle;
using namespace treadle::expr::jsonata;

constexpr std::size_t kOutputMax = 1'000'000;

template <typename Text>
void check_text(Text const& text) {
  if (!text) return;
  TREADLE_ASSERT(text->size() < kOutputMax);
  TREADLE_ASSERT(utf8::is_valid(*text, utf8::Surrogates::kAccept));
}

void use_pictures(std::string_view picture) {
  for (auto const value : {0.0, -1.5, 1984.0, 1e-7, 123456789.0625, 1e21, -1.7e308, 5e-324}) {
    check_text(format_number(value, picture));
    check_text(format_integer(value, picture));
  }
  for (auto const time : {0.0, -1.0, 1'521'801'216'617.0, -8.64e15, 8.64e15}) {
    check_text(format_date_time(time, picture));
    check_text(format_date_time(time, picture, "-0930"));
    auto const text = format_date_time(time, picture);
    if (text) (void)parse_date_time(*text, picture, time);
  }
}

void use_regex(std::string_view pattern, std::string_view text) {
  constexpr MatchLimits kLimits{.steps_max = 100'000, .depth_max = 10'000, .heap_kib_max = 1'024};
  auto const subject = Subject(text);
  for (std::string_view const flags : {"", "i", "m"}) {
    auto const regex = Regex::compile(pattern, flags);
    if (!regex) continue;
    auto const match = regex->match(subject, 0, kLimits);
    if (!match || !*match) continue;
    TREADLE_ASSERT((*match)->begin <= (*match)->end);
    TREADLE_ASSERT((*match)->end <= subject.units().size());
  }
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const split = text.find('\n');
  auto const first = text.substr(0, split);
  auto const second = split == text.npos ? text : text.substr(split + 1);
  use_pictures(first);
  use_regex(first, second);
  (void)parse_integer(second, first);
  (void)parse_date_time(second, first, 0);
  (void)parse_number(first);
  if (utf8::is_valid(first, utf8::Surrogates::kAccept))
    check_text(decode_url(first, UrlPart::kComponent));
  auto const base64 = decode_base64(encode_base64(first));
  TREADLE_ASSERT(utf8::is_valid(base64));
  return 0;
}
