#include "treadle/import/yaml.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace treadle::import::yaml {
namespace {

auto to_mark(YAML::Mark const& mark) -> Mark {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

auto is_plain_word(std::string_view text) -> bool {
  constexpr std::string_view kPlainMarks = "_-./@+";
  auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto const is_plain = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || kPlainMarks.contains(c);
  };
  bool const starts_plainly =
      !text.empty() && (is_letter(text[0]) || text[0] == '_' || text.starts_with("./") ||
                        text.starts_with("../") || text[0] == '/');
  return starts_plainly && std::ranges::all_of(text, is_plain);
}

// Words that some reader of YAML takes for something else than a string.
auto is_reserved_word(std::string_view text) -> bool {
  constexpr std::string_view kWords[] = {"null", "true", "false", "yes", "no", "on",
                                         "off",  "y",    "n",     "nan", "inf"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::find(kWords, lower) != std::end(kWords);
}

}  // namespace

class Builder {
 public:
  explicit Builder(ParseOptions options) : options_(options) {}

  auto build(YAML::Node const& from, std::size_t depth) -> Result<Node, ParseError> {
    Node out;
    out.mark_ = to_mark(from.Mark());
    if (depth > options_.depth_max)
      return std::unexpected(
          ParseError{fmt::format("expected at most {} levels", options_.depth_max), out.mark_});
    if (++nodes_ > options_.nodes_max)
      return std::unexpected(
          ParseError{fmt::format("expected at most {} values", options_.nodes_max), out.mark_});
    if (from.IsScalar()) {
      out.kind_ = Node::Kind::kScalar;
      out.text_ = from.Scalar();
      out.is_quoted_ = from.Tag() == "!";
    } else if (from.IsSequence()) {
      out.kind_ = Node::Kind::kList;
      for (auto const& element : from) out.elements_.push_back(TRY(build(element, depth + 1)));
    } else if (from.IsMap()) {
      TRY(build_members(from, depth, out));
    }
    return out;
  }

 private:
  auto build_members(YAML::Node const& from, std::size_t depth, Node& out)
      -> Result<void, ParseError> {
    out.kind_ = Node::Kind::kMap;
    std::set<std::string> names;
    for (auto const& member : from) {
      auto key = TRY(build(member.first, depth + 1));
      if (!key.is_scalar())
        return std::unexpected(ParseError{"expected a name as the key", key.mark()});
      if (!names.emplace(key.text()).second)
        return std::unexpected(
            ParseError{fmt::format("expected the key '{}' only once", key.text()), key.mark()});
      auto value = TRY(build(member.second, depth + 1));
      out.members_.emplace_back(std::move(key), std::move(value));
    }
    return {};
  }

  ParseOptions options_;
  std::size_t nodes_ = 0;
};

auto Node::find(std::string_view key) const -> Node const* {
  auto const found =
      std::ranges::find_if(members_, [&](Member const& m) { return m.first.text() == key; });
  return found == members_.end() ? nullptr : &found->second;
}

auto ParseError::to_string() const -> std::string {
  return fmt::format("line {}, column {}: {}", mark.line, mark.column, message);
}

auto parse(std::string const& text, ParseOptions options) -> Result<Node, ParseError> {
  try {
    return Builder(options).build(YAML::Load(text), 0);
  } catch (YAML::Exception const& error) {
    return std::unexpected(ParseError{error.msg, to_mark(error.mark)});
  }
}

auto scalar(std::string_view text) -> std::string {
  if (is_plain_word(text) && !is_reserved_word(text)) return std::string(text);
  std::string out = "\"";
  for (char const c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

}  // namespace treadle::import::yaml
