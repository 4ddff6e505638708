// What a Terraform expression evaluates to.
//
// Immutable and shared: a copy is cheap. Every value knows how much it would weigh written out and
// how deep it nests, so that whoever makes one can refuse what would not fit (kWeightMax,
// kDepthMax), and a traversal never costs more than that.
//
// DIFFERS from Terraform: members keep the order in which they were written, so that definitions
// come out readable (Terraform sorts keys; iteration over keys is sorted here too). A set is a
// list, a map is an object. Numbers are exact up to 2^64 and otherwise nearest doubles (Terraform:
// 512-bit fractions).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace treadle::import::terraform {

struct Member;

class Value {
 public:
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kList, kObject };

  Value() = default;  // null
  [[nodiscard]] static auto boolean(bool b) -> Value;
  [[nodiscard]] static auto number(long double n) -> Value;  // finite
  [[nodiscard]] static auto string(std::string text) -> Value;
  // The text that jsonencode made: whoever writes it to a file may lay it out anew.
  [[nodiscard]] static auto encoded_json(std::string text) -> Value;
  [[nodiscard]] static auto list(std::vector<Value> elements) -> Value;
  // Where a key stands twice, the later value takes the place of the earlier.
  [[nodiscard]] static auto object(std::vector<Member> members) -> Value;

  [[nodiscard]] auto kind() const -> Kind { return static_cast<Kind>(data_.index()); }
  [[nodiscard]] auto is_null() const -> bool { return kind() == Kind::kNull; }
  [[nodiscard]] auto is_string() const -> bool { return kind() == Kind::kString; }
  [[nodiscard]] auto is_list() const -> bool { return kind() == Kind::kList; }
  [[nodiscard]] auto is_object() const -> bool { return kind() == Kind::kObject; }

  // Each of these asserts the kind.
  [[nodiscard]] auto as_bool() const -> bool;
  [[nodiscard]] auto as_number() const -> long double;
  [[nodiscard]] auto as_string() const -> std::string const&;
  [[nodiscard]] auto elements() const -> std::span<Value const>;
  [[nodiscard]] auto members() const -> std::span<Member const>;  // as written
  // Indices into members(), by key in byte order.
  [[nodiscard]] auto sorted() const -> std::span<std::uint32_t const>;

  [[nodiscard]] auto is_encoded_json() const -> bool;
  // The member of that name, or nullptr; nullptr also when this is no object.
  [[nodiscard]] auto find(std::string_view key) const -> Value const*;

  // Bytes of all strings and keys plus one for every value in it, counted as often as it occurs.
  [[nodiscard]] auto weight() const -> std::size_t;
  [[nodiscard]] auto depth() const -> std::size_t;  // 1 for a scalar

  static constexpr std::size_t kWeightMax = 4U << 20U;
  static constexpr std::size_t kDepthMax = 200;

 private:
  struct Text {
    std::string text;
    bool is_encoded_json = false;
  };
  struct List {
    std::vector<Value> elements;
    std::size_t weight = 1;
    std::size_t depth = 1;
  };
  struct Object;
  using Data = std::variant<std::monostate, bool, long double, std::shared_ptr<Text const>,
                            std::shared_ptr<List const>, std::shared_ptr<Object const>>;
  explicit Value(Data data) : data_(std::move(data)) {}
  Data data_;
};

struct Member {
  std::string key;
  Value value;
};

// "a string", "an object", ... for messages.
[[nodiscard]] auto kind_name(Value::Kind kind) -> std::string_view;

// As Terraform writes it into a string: no exponent, no trailing zeros.
[[nodiscard]] auto number_text(long double number) -> std::string;
// Decimal digits with fraction and exponent, all of `text`; nullopt for anything else or out of
// range.
[[nodiscard]] auto parse_number(std::string_view text) -> std::optional<long double>;

// As Terraform converts for an argument; nullopt when it would refuse. Null converts to nothing.
[[nodiscard]] auto to_text(Value const& value) -> std::optional<std::string>;
[[nodiscard]] auto to_number(Value const& value) -> std::optional<long double>;
[[nodiscard]] auto to_bool(Value const& value) -> std::optional<bool>;

// Terraform's ==: no conversion, members without regard to order.
[[nodiscard]] auto equal(Value const& a, Value const& b) -> bool;

}  // namespace treadle::import::terraform
