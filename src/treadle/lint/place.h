// A value of a definition, and where it stands: as AWS names places, and as a byte of the text.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "treadle/asl/location.h"
#include "treadle/json/value.h"

namespace treadle::lint {

// Copied freely; the text and the arena that it was parsed into must outlive it.
class Place {
 public:
  // The root of a definition. `root` must have been parsed from `text` in place (json::parse).
  Place(std::string_view text, json::Value root) : text_(text), value_(root) {}

  [[nodiscard]] auto value() const -> json::Value { return value_; }
  [[nodiscard]] auto where() const -> asl::Location;
  // Of the member's name or of the element's first byte. What has no byte of its own (a name that
  // is written with escapes, an element such as true or {}) has that of what holds it.
  [[nodiscard]] auto offset() const -> std::size_t { return offset_; }
  // The member's; empty for the root and for elements.
  [[nodiscard]] auto name() const -> std::string_view {
    return step_ == nullptr ? std::string_view() : step_->name;
  }

  // Nothing where this is no object or has no such member.
  [[nodiscard]] auto find(std::string_view name) const -> std::optional<Place>;
  // The member, or this itself where there is none.
  [[nodiscard]] auto at(std::string_view name) const -> Place;
  [[nodiscard]] auto text(std::string_view name) const -> std::optional<std::string_view>;
  [[nodiscard]] auto number(std::string_view name) const -> std::optional<double>;
  // Empty where this is no object (no array).
  [[nodiscard]] auto members() const -> std::vector<Place>;
  [[nodiscard]] auto elements() const -> std::vector<Place>;

 private:
  // The way from the root, shared: spelling it out at every level would be quadratic in the length
  // of the names.
  struct Step {
    std::shared_ptr<Step const> before;
    std::string_view name;
    std::optional<std::size_t> index;
  };

  Place(Place const& parent, json::Member const& member);
  Place(Place const& parent, std::size_t index);
  [[nodiscard]] auto offset_in_text(char const* byte) const -> std::optional<std::size_t>;
  [[nodiscard]] auto first_byte(json::Value value) const -> std::optional<std::size_t>;

  std::string_view text_;
  json::Value value_;
  std::shared_ptr<Step const> step_;
  std::size_t offset_ = 0;
};

}  // namespace treadle::lint
