#include "treadle/expr/jsonpath/regex.h"

#include <cstdint>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "treadle/base/assert.h"

namespace treadle::expr::jsonpath {
namespace {

constexpr std::uint32_t kMatchSteps = 20'000;
constexpr std::uint32_t kMatchDepth = 1'000;
constexpr std::uint32_t kMatchHeapKib = 1'024;
constexpr std::size_t kPatternBytes = 10'000;

struct Deleter {
  void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
};

auto options_of(std::string_view flags) -> std::uint32_t {
  std::uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C;
  for (auto flag : flags) {
    switch (flag) {
      case 'i': options |= PCRE2_CASELESS; break;
      case 'x': options |= PCRE2_EXTENDED; break;
      case 'm': options |= PCRE2_MULTILINE; break;
      case 's': options |= PCRE2_DOTALL; break;
      case 'U': options |= PCRE2_UCP; break;
      default: break;
    }
  }
  return options;
}

auto as_code_units(std::string_view text) -> PCRE2_SPTR {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

auto Regex::compile(std::string_view pattern, std::string_view flags)
    -> Result<Regex, std::string> {
  if (pattern.size() > kPatternBytes) return std::unexpected("the pattern is too long");
  auto context =
      std::unique_ptr<pcre2_compile_context, Deleter>(pcre2_compile_context_create(nullptr));
  TREADLE_ASSERT(context != nullptr);
  auto const is_unix = flags.find('d') != std::string_view::npos;
  pcre2_set_newline(context.get(), is_unix ? PCRE2_NEWLINE_LF : PCRE2_NEWLINE_ANY);
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto* code = pcre2_compile(as_code_units(pattern), pattern.size(), options_of(flags), &error,
                             &offset, context.get());
  if (code == nullptr) {
    char message[256] = {};
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof message);
    return std::unexpected(std::string(message) + " at position " + std::to_string(offset));
  }
  auto regex = Regex();
  regex.code_ = std::shared_ptr<void const>(code, [](pcre2_code* p) { pcre2_code_free(p); });
  return regex;
}

auto Regex::matches(std::string_view text) const -> bool {
  auto const* code = static_cast<pcre2_code const*>(code_.get());
  auto context = std::unique_ptr<pcre2_match_context, Deleter>(pcre2_match_context_create(nullptr));
  auto data = std::unique_ptr<pcre2_match_data, Deleter>(pcre2_match_data_create(1, nullptr));
  TREADLE_ASSERT(context != nullptr && data != nullptr);
  pcre2_set_match_limit(context.get(), kMatchSteps);
  pcre2_set_depth_limit(context.get(), kMatchDepth);
  pcre2_set_heap_limit(context.get(), kMatchHeapKib);
  return pcre2_match(code, as_code_units(text), text.size(), 0, 0, data.get(), context.get()) >= 0;
}

}  // namespace treadle::expr::jsonpath
