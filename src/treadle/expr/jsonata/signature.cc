#include "treadle/expr/jsonata/signature.h"

#include <algorithm>

namespace treadle::expr::jsonata {
namespace {

constexpr auto bits(Type type) -> std::uint16_t { return static_cast<std::uint16_t>(type); }

struct Letter {
  char letter;
  Type type;
};
constexpr Letter kLetters[] = {{'a', Type::kArray},   {'s', Type::kString}, {'n', Type::kNumber},
                               {'b', Type::kBoolean}, {'l', Type::kNull},   {'f', Type::kFunction},
                               {'o', Type::kObject},  {'m', Type::kMissing}};

constexpr std::uint16_t kAll = 255;

// What a letter of a signature admits; 0 for a character that is no letter of a type.
auto types_of(char letter) -> std::uint16_t {
  switch (letter) {
    case 'a':
    case 'x': return kAll;
    case 'j': return kAll & ~bits(Type::kFunction);
    case 'f': return bits(Type::kFunction);
    case 's':
    case 'n':
    case 'b':
    case 'l':
    case 'o':
      for (auto const& known : kLetters)
        if (known.letter == letter) return bits(known.type) | bits(Type::kMissing);
      return 0;
    default: return 0;
  }
}

// The end of a bracketed part that opens at text[begin].
auto closing(std::string_view text, std::size_t begin, char open, char close) -> std::size_t {
  auto depth = 0;
  for (auto i = begin; i < text.size(); ++i) {
    if (text[i] == open) ++depth;
    if (text[i] == close && --depth == 0) return i;
  }
  return text.size();
}

// What is of the very type that a letter stands for.
auto types_of_letter(char letter) -> std::uint16_t {
  for (auto const& known : kLetters)
    if (known.letter == letter) return bits(known.type);
  return 0;
}

// What the letters between parentheses admit.
auto choice(std::string_view letters) -> std::uint16_t {
  std::uint16_t types = bits(Type::kMissing);
  for (char const c : letters) {
    for (auto const& known : kLetters)
      if (known.letter == c) types |= bits(known.type);
    if (c == 'x' || c == 'j') types |= types_of(c);
  }
  return types;
}

}  // namespace

auto Signature::parse(std::string_view text) -> Result<Signature, std::string_view> {
  auto signature = Signature();
  auto& parameters = signature.parameters_;
  for (std::size_t i = 1; i < text.size() && text[i] != ':'; ++i) {
    char const c = text[i];
    if (c == '(') {
      auto const end = closing(text, i, '(', ')');
      auto const letters = text.substr(i + 1, end - i - 1);
      if (letters.find('<') != std::string_view::npos)
        return std::unexpected(std::string_view("S0402"));
      parameters.push_back({.types = choice(letters)});
      i = end;
    } else if (c == '<') {
      auto const end = closing(text, i, '<', '>');
      bool const is_generic =
          !parameters.empty() &&
          (parameters.back().is_array || parameters.back().types == bits(Type::kFunction));
      if (!is_generic) return std::unexpected(std::string_view("S0401"));
      if (i + 1 < end) {
        parameters.back().element = text[i + 1];
        parameters.back().element_types = types_of_letter(text[i + 1]);
      }
      i = end;
    } else if (c == '-' && !parameters.empty()) {
      parameters.back().takes_context = true;
      parameters.back().is_optional = true;
    } else if (c == '?' && !parameters.empty()) {
      parameters.back().is_optional = true;
    } else if (c == '+' && !parameters.empty()) {
      parameters.back().is_repeated = true;
    } else if (auto const types = types_of(c); types != 0) {
      parameters.push_back({.types = types, .is_array = c == 'a'});
    }
  }
  return signature;
}

// fits[p][a]: whether the parameters from p on can take the arguments from a on, all of them.
// Whatever the signature, that costs parameters times arguments.
auto Signature::match(std::vector<Type> const& arguments, std::vector<std::size_t>& taken,
                      std::size_t& failed_at) const -> bool {
  auto const count = arguments.size();
  auto const width = count + 1;
  auto fits = std::vector<bool>((parameters_.size() + 1) * width, false);
  fits[parameters_.size() * width + count] = true;
  for (auto p = parameters_.size(); p-- > 0;) {
    auto const& parameter = parameters_[p];
    for (std::size_t a = count + 1; a-- > 0;) {
      bool const admits = a < count && (parameter.types & bits(arguments[a])) != 0;
      bool const skips = parameter.is_optional && fits[(p + 1) * width + a];
      bool const takes = admits && (fits[(p + 1) * width + a + 1] ||
                                    (parameter.is_repeated && fits[p * width + a + 1]));
      fits[p * width + a] = skips || takes;
    }
  }
  if (!fits[0]) {
    failed_at = 0;
    for (auto const& parameter : parameters_) {  // as far as they fit, one by one
      auto const before = failed_at;
      while (failed_at < count && (parameter.types & bits(arguments[failed_at])) != 0 &&
             (failed_at == before || parameter.is_repeated))
        ++failed_at;
      if (failed_at == before && !parameter.is_optional) break;
    }
    return false;
  }
  taken.clear();
  std::size_t a = 0;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    auto const& parameter = parameters_[p];
    std::size_t n = 0;
    auto best = std::size_t{0};
    for (auto at = a;;) {
      if (fits[(p + 1) * width + at] && (n > 0 || parameter.is_optional)) best = n;
      if (at == count || (parameter.types & bits(arguments[at])) == 0 ||
          (n == 1 && !parameter.is_repeated))
        break;
      ++at;
      ++n;
    }
    taken.push_back(best);
    a += best;
  }
  return true;
}

}  // namespace treadle::expr::jsonata
