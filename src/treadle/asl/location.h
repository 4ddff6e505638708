// A place in a definition, written as AWS writes it: "/States/Pick/Choices[0]/Next".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace treadle::asl {

class Location {
 public:
  Location() = default;  // the definition itself, "/"
  [[nodiscard]] static auto none() -> Location { return Location(std::string(), Kind::kNone); }
  // A place that is not in the definition's tree, such as a line and column of its text.
  [[nodiscard]] static auto verbatim(std::string text) -> Location {
    return Location(std::move(text), Kind::kVerbatim);
  }

  [[nodiscard]] auto operator/(std::string_view name) const -> Location {
    return Location(text_ + '/' + std::string(name), Kind::kTree);
  }
  [[nodiscard]] auto operator[](std::size_t index) const -> Location {
    return Location(text_ + '[' + std::to_string(index) + ']', Kind::kTree);
  }
  // Empty for none().
  [[nodiscard]] auto to_string() const -> std::string {
    return text_.empty() && kind_ == Kind::kTree ? "/" : text_;
  }

 private:
  enum class Kind { kTree, kVerbatim, kNone };
  Location(std::string text, Kind kind) : text_(std::move(text)), kind_(kind) {}

  std::string text_;
  Kind kind_ = Kind::kTree;
};

}  // namespace treadle::asl
