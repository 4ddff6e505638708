#include "treadle/lint/shape.h"

#include <algorithm>
#include <utility>

namespace treadle::lint {
namespace {

constexpr std::uint32_t kNodesMax = 400;

// Counts what a shape holds. One that is too large is lost.
auto settled(Shape shape) -> ShapePtr {
  std::uint64_t nodes = 1;
  std::uint64_t bytes = 2;
  for (auto const& [name, member] : shape.members) {
    nodes += member.value->nodes;
    // "name":value,
    if (member.presence == Presence::kSure) bytes += name.size() + 4 + member.value->bytes_min;
  }
  if (bytes > 2) shape.bytes_min = std::max(shape.bytes_min, bytes - 1);
  if (nodes > kNodesMax) return lost(shape.bytes_min);
  shape.nodes = static_cast<std::uint32_t>(nodes);
  return std::make_shared<Shape const>(std::move(shape));
}

// Of a member that only one of two ways has; `other` is the shape on the other way.
auto one_sided(Member member, Shape const& other) -> Member {
  if (other.closed_by) {
    if (member.presence != Presence::kMissing) member.cause = other.closed_by;
    member.presence = Presence::kMissing;
    return member;
  }
  // What nobody wrote was seen in an input that is not known; and a task may answer anything.
  auto const is_guess = !member.writer || other.is_answer;
  member.presence = std::max(member.presence, is_guess ? Presence::kUnknown : Presence::kUnwritten);
  return member;
}

auto merged_member(Member const& a, Member const& b) -> Member {
  Member both = b.presence > a.presence ? b : a;
  both.value = merged(a.value, b.value);
  if (!both.writer) both.writer = a.writer ? a.writer : b.writer;
  return both;
}

auto is_same(std::optional<Cause> const& a, std::optional<Cause> const& b) -> bool {
  return a.has_value() == b.has_value() && (!a || (a->kind == b->kind && a->state == b->state));
}

auto is_same(Member const& a, Member const& b) -> bool {
  return a.value == b.value && a.presence == b.presence && a.writer == b.writer &&
         is_same(a.cause, b.cause);
}

auto is_same(Shape const& a, Shape const& b) -> bool {
  return a.is_lost == b.is_lost && a.is_answer == b.is_answer && a.bytes_min == b.bytes_min &&
         a.elements_min == b.elements_min && is_same(a.closed_by, b.closed_by) &&
         a.members.size() == b.members.size() &&
         std::ranges::equal(a.members, b.members, [](auto const& x, auto const& y) {
           return x.first == y.first && is_same(x.second, y.second);
         });
}

}  // namespace

auto unknown(std::uint64_t bytes_min) -> ShapePtr {
  static auto const nothing = std::make_shared<Shape const>();
  if (bytes_min == 0) return nothing;
  return std::make_shared<Shape const>(Shape{.bytes_min = bytes_min});
}

auto answer() -> ShapePtr {
  static auto const any = std::make_shared<Shape const>(Shape{.is_answer = true});
  return any;
}

auto lost(std::uint64_t bytes_min) -> ShapePtr {
  return std::make_shared<Shape const>(Shape{.is_lost = true, .bytes_min = bytes_min});
}

auto array_of(std::uint64_t elements_min, std::uint64_t bytes_min, Cause why) -> ShapePtr {
  return std::make_shared<Shape const>(
      Shape{.closed_by = why, .bytes_min = bytes_min, .elements_min = elements_min});
}

auto literal(json::Value value, Cause why) -> ShapePtr {
  auto const bytes = value.printed_size();
  if (value.is_array()) return array_of(value.size(), bytes, why);
  Shape shape{.closed_by = why, .bytes_min = bytes};
  if (!value.is_object()) return std::make_shared<Shape const>(std::move(shape));
  if (value.size() > kNodesMax) return lost(bytes);
  for (auto const& member : value.members())
    shape.members.insert_or_assign(
        std::string(member.key), Member{.value = literal(member.value, why), .writer = why.state});
  return settled(std::move(shape));
}

auto object_of(NamedShapes members, Cause why) -> ShapePtr {
  Shape shape{.closed_by = why, .bytes_min = 2};
  for (auto& [name, value] : members)
    shape.members.insert_or_assign(std::move(name),
                                   Member{.value = std::move(value), .writer = why.state});
  return settled(std::move(shape));
}

auto caught_error(asl::StateIndex failed) -> ShapePtr {
  return object_of({{"Error", unknown()}, {"Cause", unknown()}}, {Cause::Kind::kCaught, failed});
}

auto replaced(ShapePtr const& result, ShapePtr const& before, asl::StateIndex state) -> ShapePtr {
  // A closed result tells by itself what is missing.
  if (result->closed_by || result->is_lost) return result;
  if (before->is_lost) return lost(result->bytes_min);
  auto shape = *result;
  for (auto const& [name, member] : before->members) {
    if (!member.writer || shape.members.contains(name)) continue;
    auto lost = member;
    lost.value = unknown();
    if (lost.presence != Presence::kMissing) lost.cause = Cause{Cause::Kind::kReplaced, state};
    lost.presence = Presence::kMissing;
    shape.members.emplace(name, std::move(lost));
  }
  return settled(std::move(shape));
}

auto merged(ShapePtr const& a, ShapePtr const& b) -> ShapePtr {
  if (a == b) return a;
  if (a->is_lost || b->is_lost) {
    auto const bytes = std::min(a->bytes_min, b->bytes_min);
    return a->is_lost && a->bytes_min == bytes ? a : lost(bytes);
  }
  Shape both;
  both.closed_by = a->closed_by ? a->closed_by : b->closed_by;
  both.is_answer = a->is_answer || b->is_answer;
  both.bytes_min = std::min(a->bytes_min, b->bytes_min);
  both.elements_min = std::min(a->elements_min, b->elements_min);
  for (auto const& [name, member] : a->members) {
    if (auto const other = b->members.find(name); other != b->members.end())
      both.members.emplace(name, merged_member(member, other->second));
    else
      both.members.emplace(name, one_sided(member, *b));
  }
  for (auto const& [name, member] : b->members) {
    if (!a->members.contains(name)) both.members.emplace(name, one_sided(member, *a));
  }
  auto result = settled(std::move(both));
  return is_same(*result, *a) ? a : result;
}

auto select(ShapePtr const& shape, Names const& names) -> Selection {
  auto here = shape;
  for (std::size_t n = 0; n < names.size(); ++n) {
    auto const path = [&] {
      return Names(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(n) + 1);
    };
    auto const found = here->members.find(names[n]);
    if (found == here->members.end()) {
      if (!here->closed_by) return {here->is_answer ? answer() : unknown(), std::nullopt};
      return {unknown(), Miss{path(), Presence::kMissing, std::nullopt, here->closed_by}};
    }
    auto const& member = found->second;
    if (member.presence == Presence::kUnknown) return {unknown(), std::nullopt};
    if (member.presence != Presence::kSure)
      return {unknown(), Miss{path(), member.presence, member.writer, member.cause}};
    here = member.value;
  }
  return {here, std::nullopt};
}

auto with(ShapePtr const& shape, std::span<std::string const> names, ShapePtr value,
          asl::StateIndex writer) -> ShapePtr {
  if (names.empty()) return value;
  if (shape->is_lost) return shape;
  auto const found = shape->members.find(names.front());
  auto const below = found == shape->members.end() ? unknown() : found->second.value;
  auto changed = *shape;
  changed.bytes_min = 0;
  changed.members.insert_or_assign(
      names.front(),
      Member{.value = with(below, names.subspan(1), std::move(value), writer), .writer = writer});
  return settled(std::move(changed));
}

auto with_seen(ShapePtr const& shape, std::span<std::string const> names) -> ShapePtr {
  if (names.empty() || shape->is_lost) return shape;
  auto const found = shape->members.find(names.front());
  if (found != shape->members.end() && found->second.presence == Presence::kSure) {
    auto below = with_seen(found->second.value, names.subspan(1));
    if (below == found->second.value) return shape;
    auto changed = *shape;
    changed.members[names.front()].value = std::move(below);
    return settled(std::move(changed));
  }
  auto changed = *shape;
  auto& member = changed.members[names.front()];
  member.presence = Presence::kSure;
  member.cause.reset();
  if (!member.value) member.value = unknown();
  member.value = with_seen(member.value, names.subspan(1));
  return settled(std::move(changed));
}

}  // namespace treadle::lint
