#include "treadle/integrations/aws_sdk/parameters.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/utf8.h"
#include "treadle/integrations/aws_sdk/timestamps.h"
#include "treadle/json/print.h"
#include "treadle/net/http_head.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

constexpr std::size_t kProblemsMax = 100;
constexpr std::size_t kPathCharsMax = 512;

auto read_time(Value value) -> std::optional<Timestamp> {
  if (value.is_string()) return read_parameter_time(value.as_string());
  if (value.is_number()) return read_epoch_seconds(value.number_text());
  return std::nullopt;
}

auto is_special_number(Value value) -> bool {
  if (!value.is_string()) return false;
  auto const text = value.as_string();
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

// Why `value` is none of that type: "must be a STRING"; empty if it is one. Containers only by their
// kind.
auto mismatch(Shape const& shape, Value value) -> std::string_view {
  switch (shape.type) {
    case ShapeType::kStructure:
      return value.is_object() || shape.is_document ? "" : "must be a STRUCT";
    case ShapeType::kList: return value.is_array() ? "" : "must be a LIST";
    case ShapeType::kMap: return value.is_object() ? "" : "must be a MAP";
    case ShapeType::kString: return value.is_string() ? "" : "must be a STRING";
    case ShapeType::kBoolean: return value.is_bool() ? "" : "must be a BOOLEAN";
    case ShapeType::kInteger:
    case ShapeType::kLong: {
      auto const number = value.is_number() ? value.as_int64() : std::nullopt;
      bool const fits = shape.type == ShapeType::kLong ||
                        (number && *number >= std::numeric_limits<std::int32_t>::min() &&
                         *number <= std::numeric_limits<std::int32_t>::max());
      if (number && fits) return "";
      return shape.type == ShapeType::kLong ? "must be a LONG" : "must be an INTEGER";
    }
    case ShapeType::kFloat:
    case ShapeType::kDouble:
      return value.is_number() || is_special_number(value) ? "" : "must be a NUMBER";
    case ShapeType::kTimestamp:
      return read_time(value) ? "" : "must be a TIMESTAMP (ISO 8601, as 2023-05-01T10:00:00Z)";
    case ShapeType::kBlob: return "";
  }
  return "";
}

// A name that may stand before a host's: letters, digits and dashes.
auto is_host_label(std::string_view text) -> bool {
  auto const is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, is_allowed);
}

class Check {
 public:
  explicit Check(ServiceModel const& service) : service_(service) {}

  void structure(Shape const& shape, Value object) {
    std::size_t known = 0;
    for (auto const& member : shape.members) {
      known += (object.find(member.shown_name) != nullptr ? 1 : 0) +
               (member.name != member.shown_name && object.find(member.name) != nullptr ? 1 : 0);
      auto const size = path_.size();
      auto const* const value = given(object, member);
      enter(member.shown_name);
      if (value != nullptr)
        this->member(member, *value);
      else if (member.is_required)
        report("The field '{}' is required but was missing");
      path_.resize(size);
    }
    if (known == object.size()) return;
    for (auto const& member : object.members()) {
      bool const is_known = std::ranges::any_of(shape.members, [&](Member const& one) {
        return one.shown_name == member.key || one.name == member.key;
      });
      if (is_known) continue;
      auto const size = path_.size();
      enter(member.key);
      report("The field '{}' is not supported by Step Functions");
      path_.resize(size);
    }
  }

  [[nodiscard]] auto take() -> std::vector<std::string> { return std::move(problems_); }

 private:
  void member(Member const& member, Value value) {
    auto const& shape = service_.shape(member.shape);
    if (shape.is_event_stream)
      return report("The field '{}' is a stream of events, which Step Functions can't send");
    if (member.is_json_value && member.location == Location::kHeader) return;
    if (auto const wrong = mismatch(shape, value); !wrong.empty())
      return report("The value for the field '{}' {}", wrong);
    switch (shape.type) {
      case ShapeType::kStructure:
        if (!shape.is_document) structure(shape, value);
        break;
      case ShapeType::kList:
        for (std::size_t i = 0; i < value.size(); ++i)
          element(*shape.element, fmt::format("[{}]", i), value.elements()[i]);
        break;
      case ShapeType::kMap: map(member, shape, value); break;
      case ShapeType::kString:
        if (!utf8::is_valid(value.as_string()))
          report("The value for the field '{}' must be Unicode text without lone surrogates");
        break;
      default: break;
    }
    place(member, shape, value);
  }

  void map(Member const& member, Shape const& shape, Value value) {
    for (auto const& entry : value.members()) {
      element(*shape.element, entry.key.empty() ? "." : fmt::format(".{}", entry.key), entry.value);
      if (!utf8::is_valid(entry.key))
        report("A key of the field '{}' must be Unicode text without lone surrogates");
      if (member.location != Location::kHeaders) continue;
      if (!net::is_token(std::string(member.wire_name) + std::string(entry.key)))
        report("A key of the field '{}' is no name of an HTTP header");
      if (entry.value.is_string()) header(entry.value.as_string());
    }
  }

  void element(Member const& member, std::string_view step, Value value) {
    auto const size = path_.size();
    if (size + step.size() <= kPathCharsMax) path_ += step;
    if (!value.is_null())
      this->member(member, value);
    else if (!has_json())
      report("The value for the field '{}' must not be null");
    path_.resize(size);
  }

  // What the place in the message asks for.
  void place(Member const& member, Shape const& shape, Value value) {
    auto const text = value.is_string() ? value.as_string() : std::string_view("0");
    if (member.location == Location::kUri && text.empty())
      report("The value for the field '{}' must not be empty");
    if (member.is_host_label && !is_host_label(text))
      report("The value for the field '{}' must be a name that a host may have");
    if (member.location != Location::kHeader) return;
    header(text);
    if (shape.type != ShapeType::kList) return;
    for (auto const& one : value.elements())
      if (one.is_string()) header(one.as_string());
  }

  void header(std::string_view text) {
    if (!net::is_field_value(text))
      report("The value for the field '{}' has characters that no HTTP header can carry");
  }

  [[nodiscard]] auto has_json() const -> bool {
    return service_.protocol == Protocol::kJson || service_.protocol == Protocol::kRestJson;
  }

  void enter(std::string_view name) {
    if (path_.size() + name.size() > kPathCharsMax) return;
    if (!path_.empty()) path_ += '.';
    path_ += name;
  }

  void report(std::string_view sentence, std::string_view more = {}) {
    if (problems_.size() >= kProblemsMax) return;
    problems_.push_back(fmt::format(fmt::runtime(sentence), path_, more));
  }

  ServiceModel const& service_;
  std::string path_;
  std::vector<std::string> problems_;
};

}  // namespace

auto given(Value object, Member const& member) -> Value const* {
  auto const* value = object.find(member.shown_name);
  if (value == nullptr) value = object.find(member.name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

auto check_parameters(ServiceModel const& service, Operation const& operation, Value parameters)
    -> std::vector<std::string> {
  if (!parameters.is_object()) return {"The parameters must be a JSON object"};
  if (parameters.depth() > kParametersDepthMax)
    return {fmt::format("The parameters are nested more than {} levels deep", kParametersDepthMax)};
  static Shape const kNothing;
  auto const& input = operation.input ? service.shape(*operation.input) : kNothing;
  Check check(service);
  if (!input.is_document) check.structure(input, parameters);
  return check.take();
}

auto blob_bytes(Value value) -> std::string {
  return value.is_string() ? std::string(value.as_string()) : json::print(value);
}

auto timestamp_text(Member const& member, Value value, TimestampFormat format) -> std::string {
  if (member.timestamp_format != TimestampFormat::kDefault) format = member.timestamp_format;
  return write_time(read_time(value).value_or(Timestamp{}), format);
}

auto scalar_text(ServiceModel const& service, Member const& member, Value value,
                 TimestampFormat format) -> std::string {
  switch (service.shape(member.shape).type) {
    case ShapeType::kBlob: return base64_encode(blob_bytes(value));
    case ShapeType::kTimestamp: return timestamp_text(member, value, format);
    case ShapeType::kInteger:
    case ShapeType::kLong:
      return fmt::format("{}", value.is_number() ? value.as_int64().value_or(0) : 0);
    default: return value.is_string() ? std::string(value.as_string()) : json::print(value);
  }
}

}  // namespace treadle::integrations::aws_sdk
