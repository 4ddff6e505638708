// YAML as a tree with places. The one file that knows yaml-cpp: its exceptions stop here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::import::yaml {

struct Mark {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1
};

class Node {
 public:
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  using Member = std::pair<Node, Node>;

  [[nodiscard]] auto kind() const -> Kind { return kind_; }
  [[nodiscard]] auto is_map() const -> bool { return kind_ == Kind::kMap; }
  [[nodiscard]] auto is_list() const -> bool { return kind_ == Kind::kList; }
  [[nodiscard]] auto is_scalar() const -> bool { return kind_ == Kind::kScalar; }
  [[nodiscard]] auto is_null() const -> bool { return kind_ == Kind::kNull; }
  [[nodiscard]] auto mark() const -> Mark { return mark_; }

  [[nodiscard]] auto text() const -> std::string_view { return text_; }  // of a scalar
  // Whether a scalar stood in quotes (or in a block): then it is a string whatever it looks like.
  [[nodiscard]] auto is_quoted() const -> bool { return is_quoted_; }
  [[nodiscard]] auto elements() const -> std::vector<Node> const& { return elements_; }
  [[nodiscard]] auto members() const -> std::vector<Member> const& {
    return members_;
  }  // as written
  // The member of that name, or nullptr; nullptr also when this is no map.
  [[nodiscard]] auto find(std::string_view key) const -> Node const*;

 private:
  friend class Builder;
  Kind kind_ = Kind::kNull;
  bool is_quoted_ = false;
  Mark mark_;
  std::string text_;
  std::vector<Node> elements_;
  std::vector<Member> members_;
};

struct ParseError {
  std::string message;
  Mark mark;
  [[nodiscard]] auto to_string() const -> std::string;  // "line 3, column 7: ..."
};

struct ParseOptions {
  std::size_t depth_max = 100;
  std::size_t nodes_max =
      200'000;  // counted where they occur: an alias counts as what it stands for
};

// The first document of `text`; an empty text is null. Refused: keys that are no scalars or occur
// twice, and what exceeds the options.
[[nodiscard]] auto parse(std::string const& text, ParseOptions options = {})
    -> Result<Node, ParseError>;

// `text` as a YAML scalar: plain where that reads back as the same string, else in double quotes.
[[nodiscard]] auto scalar(std::string_view text) -> std::string;

}  // namespace treadle::import::yaml
