#include "treadle/lint/place.h"

#include <functional>
#include <ranges>

namespace treadle::lint {

Place::Place(Place const& parent, json::Member const& member)
    : text_(parent.text_),
      value_(member.value),
      step_(std::make_shared<Step const>(Step{parent.step_, member.key, std::nullopt})),
      offset_(parent.offset_) {
  // The name points into the text unless it had to be unescaped; its quotation mark stands before.
  if (auto const at = offset_in_text(member.key.data()); at && *at > 0) offset_ = *at - 1;
}

Place::Place(Place const& parent, std::size_t index)
    : text_(parent.text_),
      value_(parent.value_.elements()[index]),
      step_(std::make_shared<Step const>(Step{parent.step_, {}, index})),
      offset_(first_byte(value_).value_or(parent.offset_)) {}

auto Place::where() const -> asl::Location {
  std::vector<Step const*> steps;
  for (auto const* step = step_.get(); step != nullptr; step = step->before.get())
    steps.push_back(step);
  asl::Location location;
  for (auto const* step : steps | std::views::reverse)
    location = step->index ? location[*step->index] : location / step->name;
  return location;
}

auto Place::find(std::string_view name) const -> std::optional<Place> {
  if (!value_.is_object()) return std::nullopt;
  for (auto const& member : value_.members())
    if (member.key == name) return Place(*this, member);
  return std::nullopt;
}

auto Place::at(std::string_view name) const -> Place { return find(name).value_or(*this); }

auto Place::text(std::string_view name) const -> std::optional<std::string_view> {
  auto const* value = value_.find(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->as_string();
}

auto Place::number(std::string_view name) const -> std::optional<double> {
  auto const* value = value_.find(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->as_double();
}

auto Place::members() const -> std::vector<Place> {
  std::vector<Place> all;
  if (!value_.is_object()) return all;
  all.reserve(value_.size());
  for (auto const& member : value_.members()) all.push_back(Place(*this, member));
  return all;
}

auto Place::elements() const -> std::vector<Place> {
  std::vector<Place> all;
  if (!value_.is_array()) return all;
  all.reserve(value_.size());
  for (std::size_t i = 0; i < value_.size(); ++i) all.push_back(Place(*this, i));
  return all;
}

auto Place::offset_in_text(char const* byte) const -> std::optional<std::size_t> {
  auto const before = std::less<>();
  if (before(byte, text_.data()) || !before(byte, text_.data() + text_.size())) return std::nullopt;
  return static_cast<std::size_t>(byte - text_.data());
}

auto Place::first_byte(json::Value value) const -> std::optional<std::size_t> {
  // Only white space stands between a bracket and what it holds first.
  auto const bracket_before = [&](char bracket, std::optional<std::size_t> inside) {
    auto const at = inside ? text_.rfind(bracket, *inside) : std::string_view::npos;
    return at == std::string_view::npos ? std::nullopt : std::optional(at);
  };
  if (value.is_number()) return offset_in_text(value.number_text().data());
  if (value.is_string()) {
    auto const at = offset_in_text(value.as_string().data());
    return at && *at > 0 ? std::optional(*at - 1) : std::nullopt;
  }
  if (value.is_object() && value.size() > 0)
    return bracket_before('{', offset_in_text(value.members().front().key.data()));
  if (value.is_array() && value.size() > 0)
    return bracket_before('[', first_byte(value.elements().front()));
  return std::nullopt;
}

}  // namespace treadle::lint
