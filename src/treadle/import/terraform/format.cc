#include "treadle/import/terraform/format.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "treadle/base/utf8.h"
#include "treadle/import/terraform/functions.h"

namespace treadle::import::terraform {
namespace {

constexpr std::size_t kWidthMax = 1000;

struct Verb {
  char letter = 0;
  bool is_left = false;  // -
  bool is_zero_padded = false;
  bool shows_plus = false;
  bool shows_blank = false;
  bool is_alternative = false;  // #
  std::size_t width = 0;
  std::optional<std::size_t> precision;
};

class Formatter {
 public:
  Formatter(std::string_view pattern, std::span<Value const> arguments)
      : rest_(pattern), arguments_(arguments) {}

  auto run() -> Result<std::string, std::string> {
    std::string out;
    while (!rest_.empty()) {
      auto const percent = std::min(rest_.find('%'), rest_.size());
      out += rest_.substr(0, percent);
      rest_.remove_prefix(percent);
      if (!rest_.empty()) out += TRY(next_verb());
      TRY(check_size(out.size()));
    }
    if (used_max_ < arguments_.size() && !is_numbered_)
      return std::unexpected(fmt::format("expected {} arguments for this format, but there are {}",
                                         used_max_, arguments_.size()));
    return out;
  }

 private:
  auto next_verb() -> Result<std::string, std::string> {
    rest_.remove_prefix(1);
    Verb verb;
    read_flags(verb);
    verb.width = TRY(read_size()).value_or(0);
    if (accept('.')) verb.precision = TRY(read_size()).value_or(0);
    if (accept('[')) TRY(read_argument_number());
    if (rest_.empty()) return std::unexpected("expected a letter after '%'");
    verb.letter = rest_.front();
    rest_.remove_prefix(1);
    if (verb.letter == '%') return "%";
    if (next_ >= arguments_.size())
      return std::unexpected(fmt::format("expected an argument for '%{}', but there are only {}",
                                         verb.letter, arguments_.size()));
    auto const& argument = arguments_[next_++];
    used_max_ = std::max(used_max_, next_);
    return pad(verb, TRY(write(verb, argument)));
  }

  void read_flags(Verb& verb) {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      switch (rest_.front()) {
        case '-': verb.is_left = true; break;
        case '0': verb.is_zero_padded = true; break;
        case '+': verb.shows_plus = true; break;
        case ' ': verb.shows_blank = true; break;
        case '#': verb.is_alternative = true; break;
        default: return;
      }
    }
  }

  auto accept(char c) -> bool {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  auto read_size() -> Result<std::optional<std::size_t>, std::string> {
    std::optional<std::size_t> size;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
      size = size.value_or(0) * 10 + static_cast<std::size_t>(rest_.front() - '0');
      if (*size > kWidthMax)
        return std::unexpected(fmt::format("expected a width of at most {}", kWidthMax));
    }
    return size;
  }

  auto read_argument_number() -> Result<void, std::string> {
    auto const number = TRY(read_size()).value_or(0);
    if (number == 0 || !accept(']'))
      return std::unexpected("expected the number of an argument between '[' and ']'");
    next_ = number - 1;
    is_numbered_ = true;
    return {};
  }

  static auto write(Verb const& verb, Value const& value) -> Result<std::string, std::string> {
    switch (verb.letter) {
      case 'v':
        return verb.is_alternative || !to_text(value) ? encode_json(value) : *to_text(value);
      case 's':
      case 'q': return write_text(verb, value);
      case 't':
        if (auto const b = to_bool(value)) return *b ? "true" : "false";
        return mismatch(verb, "a bool", value);
      case 'd':
      case 'b':
      case 'o':
      case 'x':
      case 'X': return write_integer(verb, value);
      case 'f':
      case 'F':
      case 'e':
      case 'E':
      case 'g':
      case 'G': return write_fraction(verb, value);
      default: return std::unexpected(fmt::format("there is no '%{}'", verb.letter));
    }
  }

  static auto mismatch(Verb const& verb, std::string_view expected, Value const& value)
      -> std::unexpected<std::string> {
    return std::unexpected(fmt::format("expected {} for '%{}', but it is {}", expected, verb.letter,
                                       kind_name(value.kind())));
  }

  static auto write_text(Verb const& verb, Value const& value) -> Result<std::string, std::string> {
    auto text = to_text(value);
    if (!text) return mismatch(verb, "a string", value);
    if (verb.precision) {
      std::size_t end = 0;
      for (std::size_t n = 0; end < text->size(); ++end)
        if ((static_cast<unsigned char>((*text)[end]) & 0xC0U) != 0x80U && n++ == *verb.precision)
          break;
      text->resize(end);
    }
    return verb.letter == 'q' ? encode_json(Value::string(*text)) : *text;
  }

  static auto sign(Verb const& verb, bool is_negative) -> std::string {
    return is_negative ? "-" : verb.shows_plus ? "+" : verb.shows_blank ? " " : "";
  }

  static auto write_integer(Verb const& verb, Value const& value)
      -> Result<std::string, std::string> {
    auto const number = to_number(value);
    if (!number || std::fabs(std::trunc(*number)) >= 18446744073709551616.0L)
      return mismatch(verb, "a whole number", value);
    auto const magnitude = static_cast<std::uint64_t>(std::fabs(std::trunc(*number)));
    auto const digits = [&]() -> std::string {
      switch (verb.letter) {
        case 'b': return fmt::format("{:b}", magnitude);
        case 'o': return fmt::format("{:o}", magnitude);
        case 'x': return fmt::format("{:x}", magnitude);
        case 'X': return fmt::format("{:X}", magnitude);
        default: return fmt::format("{}", magnitude);
      }
    }();
    return sign(verb, *number <= -1) + digits;
  }

  static auto write_fraction(Verb const& verb, Value const& value)
      -> Result<std::string, std::string> {
    auto const number = to_number(value);
    if (!number) return mismatch(verb, "a number", value);
    auto const magnitude = static_cast<double>(std::fabs(*number));
    auto const precision = static_cast<int>(verb.precision.value_or(6));
    auto const digits = [&]() -> std::string {
      switch (verb.letter) {
        case 'e': return fmt::format("{:.{}e}", magnitude, precision);
        case 'E': return fmt::format("{:.{}E}", magnitude, precision);
        case 'g':
          return verb.precision ? fmt::format("{:.{}g}", magnitude, precision)
                                : fmt::format("{}", magnitude);
        case 'G': return fmt::format("{:.{}G}", magnitude, precision);
        default: return fmt::format("{:.{}f}", magnitude, precision);
      }
    }();
    return sign(verb, std::signbit(*number)) + digits;
  }

  static auto pad(Verb const& verb, std::string text) -> std::string {
    auto const characters = utf8::count_code_points(text);
    if (characters >= verb.width) return text;
    auto const missing = verb.width - characters;
    if (verb.is_left) return text + std::string(missing, ' ');
    if (!verb.is_zero_padded) return std::string(missing, ' ') + text;
    bool const has_sign = text.starts_with('-') || text.starts_with('+');
    return text.insert(has_sign ? 1 : 0, missing, '0');
  }

  std::string_view rest_;
  std::span<Value const> arguments_;
  std::size_t next_ = 0;
  std::size_t used_max_ = 0;
  bool is_numbered_ = false;
};

}  // namespace

auto format_text(std::string_view pattern, std::span<Value const> arguments)
    -> Result<std::string, std::string> {
  return Formatter(pattern, arguments).run();
}

}  // namespace treadle::import::terraform
