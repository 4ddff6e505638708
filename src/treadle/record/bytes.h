// Numbers and texts as bytes: little varints (LEB128), length-prefixed texts. Used by the
// codecs of the journal and of snapshots.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/json/arena.h"

namespace treadle::record {

// A type lists its fields by a function `tie(T&)` that returns a tuple of references.
template <typename T>
concept Tied = requires(T& value) { tie(value); };

// The last enumerator that is read back; a greater one makes the row damaged. Specialise for an enum
// that others index by, before the first use of its codec.
template <typename E>
inline constexpr std::uint64_t kLastOf = 255;

class ByteWriter {
 public:
  ByteWriter() = default;
  // Goes on behind what `bytes` holds.
  explicit ByteWriter(std::string&& bytes) : bytes_(std::move(bytes)) {}

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }

  template <typename T>
  void put(T const& value) {
    if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>) {
      number(value.size());
      bytes_.append(value);
    } else if constexpr (std::is_enum_v<T>) {
      number(static_cast<std::uint64_t>(value));
    } else if constexpr (std::unsigned_integral<T>) {
      number(value);
    } else {
      put_more(value);
    }
  }

  [[nodiscard]] auto take() -> std::string { return std::move(bytes_); }
  [[nodiscard]] auto size() const -> std::size_t { return bytes_.size(); }

 private:
  template <typename Tag, typename Rep>
  void put_more(StrongId<Tag, Rep> id) {
    number(id.value());
  }
  void put_more(Timestamp t) { number(static_cast<std::uint64_t>(t.time_since_epoch().count())); }
  void put_more(Milliseconds d) { number(static_cast<std::uint64_t>(d.count())); }
  template <typename T>
  void put_more(std::optional<T> const& value) {
    number(value ? 1 : 0);
    if (value) put(*value);
  }
  template <typename T>
  void put_more(std::span<T const> values) {
    number(values.size());
    for (auto const& v : values) put(v);
  }
  template <typename T>
  void put_more(std::vector<T> const& values) {
    put_more(std::span<T const>(values));
  }
  template <Tied T>
  void put_more(T const& value) {
    std::apply([this](auto const&... field) { (put(field), ...); }, tie(const_cast<T&>(value)));
  }

  std::string bytes_;
};

// Reads what ByteWriter wrote. After a failure every read gives zeroes and ok() is false.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, json::Arena& arena) : bytes_(bytes), arena_(arena) {}

  [[nodiscard]] auto number() -> std::uint64_t {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ >= bytes_.size()) break;
      auto const byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  template <typename T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
      value = text();
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = std::string(text());
    } else if constexpr (std::is_same_v<T, bool>) {
      value = small(1) != 0;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(small(kLastOf<T>));
    } else if constexpr (std::unsigned_integral<T>) {
      value = static_cast<T>(small(static_cast<T>(~T{0})));
    } else {
      get_more(value);
    }
  }

  [[nodiscard]] auto ok() const -> bool { return ok_; }
  [[nodiscard]] auto at() const -> std::size_t { return at_; }
  [[nodiscard]] auto at_end() const -> bool { return at_ == bytes_.size(); }
  // What has not been read, and past so many bytes of it.
  [[nodiscard]] auto rest() const -> std::string_view { return bytes_.substr(at_); }
  void skip(std::size_t bytes) {
    if (bytes > bytes_.size() - at_) return fail();
    at_ += bytes;
  }
  void fail() {
    ok_ = false;
    at_ = bytes_.size();
  }

 private:
  [[nodiscard]] auto small(std::uint64_t max) -> std::uint64_t {
    auto const value = number();
    if (value <= max) return value;
    fail();
    return 0;
  }
  [[nodiscard]] auto text() -> std::string_view {
    auto const size = number();
    if (size > bytes_.size() - at_) fail();
    auto const found = bytes_.substr(at_, size);
    if (found.size() < size) {  // the length was read after its bound was taken
      fail();
      return {};
    }
    at_ += found.size();
    return found;
  }
  template <typename Tag, typename Rep>
  void get_more(StrongId<Tag, Rep>& id) {
    Rep raw{};
    get(raw);
    id = StrongId<Tag, Rep>{raw};
  }
  void get_more(Timestamp& t) { t = Timestamp{Milliseconds{static_cast<std::int64_t>(number())}}; }
  void get_more(Milliseconds& d) { d = Milliseconds{static_cast<std::int64_t>(number())}; }
  template <typename T>
  void get_more(std::optional<T>& value) {
    value.reset();
    if (small(1) == 0) return;
    T made{};
    get(made);
    value = made;
  }
  // Every element takes a byte at least, so a count beyond what is left is a lie.
  template <typename T>
  void get_more(std::span<T const>& values) {
    auto const count = small(bytes_.size() - at_);
    auto* const made = arena_.allocate_array<T>(count);
    for (std::size_t i = 0; i < count; ++i) {
      made[i] = T{};
      get(made[i]);
    }
    values = {made, count};
  }
  template <typename T>
  void get_more(std::vector<T>& values) {
    auto const count = small(bytes_.size() - at_);
    values.clear();
    for (std::size_t i = 0; i < count && ok_; ++i) get(values.emplace_back());
  }
  template <Tied T>
  void get_more(T& value) {
    std::apply([this](auto&... field) { (get(field), ...); }, tie(value));
  }

  std::string_view bytes_;
  json::Arena& arena_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace treadle::record
