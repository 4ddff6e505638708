// A JSON object, written member by member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/base/time.h"
#include "treadle/json/print.h"

namespace treadle::json {

class ObjectWriter {
 public:
  ObjectWriter() {
    constexpr std::size_t kUsual = 256;
    out_.reserve(kUsual);
    out_ = '{';
  }
  // For so many bytes in all.
  void reserve(std::size_t bytes) { out_.reserve(bytes); }

  auto text(std::string_view name, std::string_view value) -> ObjectWriter& {
    begin(name);
    append_string(out_, value);
    return *this;
  }
  auto text(std::string_view name, std::optional<std::string> const& value) -> ObjectWriter& {
    return value ? text(name, std::string_view(*value)) : *this;
  }
  auto text(std::string_view name, std::string const& value) -> ObjectWriter& {
    return text(name, std::string_view(value));
  }
  auto text(std::string_view name, char const* value) -> ObjectWriter& {
    return text(name, std::string_view(value));
  }
  auto number(std::string_view name, std::uint64_t value) -> ObjectWriter& {
    return raw(name, std::to_string(value));
  }
  auto flag(std::string_view name, bool value) -> ObjectWriter& {
    return raw(name, value ? "true" : "false");
  }
  // Seconds since 1970 with a fraction.
  auto time(std::string_view name, Timestamp value) -> ObjectWriter& {
    return raw(name, to_epoch_seconds(value));
  }
  // `json` is JSON text.
  auto raw(std::string_view name, std::string_view json) -> ObjectWriter& {
    begin(name);
    out_ += json;
    return *this;
  }
  [[nodiscard]] auto take() -> std::string { return std::move(out_ += '}'); }

 private:
  void begin(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_string(out_, name);
    out_ += ':';
  }
  std::string out_;
};

// A JSON array of such objects.
class ListWriter {
 public:
  // Takes what was written to `object`.
  void add(ObjectWriter& object) {
    if (out_.size() > 1) out_ += ',';
    out_ += object.take();
  }
  [[nodiscard]] auto take() -> std::string { return std::move(out_ += ']'); }

 private:
  std::string out_ = "[";
};

}  // namespace treadle::json
