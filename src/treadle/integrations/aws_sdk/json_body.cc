// Source: Smithy 2.0, "AWS JSON 1.0", "AWS JSON 1.1", "AWS restJson1".
#include <string_view>
#include <utility>

#include "treadle/base/base64.h"
#include "treadle/integrations/aws_sdk/parameters.h"
#include "treadle/integrations/aws_sdk/request_bodies.h"
#include "treadle/json/print.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

class JsonBody {
 public:
  explicit JsonBody(ServiceModel const& service) : service_(service) {}

  void structure(Shape const& shape, Value object) {
    if (shape.is_document) return json::append(out_, object);
    out_ += '{';
    bool is_first = true;
    for (auto const& member : shape.members) {
      if (member.location != Location::kBody) continue;
      auto const* const value = given(object, member);
      if (value == nullptr) continue;
      key(is_first, member.wire_name);
      this->value(member, *value);
    }
    out_ += '}';
  }

  void value(Member const& member, Value value) {
    auto const& shape = service_.shape(member.shape);
    if (value.is_null()) {
      out_ += "null";
      return;
    }
    switch (shape.type) {
      case ShapeType::kStructure: return structure(shape, value);
      case ShapeType::kList: return list(shape, value);
      case ShapeType::kMap: return map(shape, value);
      case ShapeType::kBlob: return json::append_string(out_, base64_encode(blob_bytes(value)));
      case ShapeType::kTimestamp: return timestamp(member, value);
      case ShapeType::kInteger:
      case ShapeType::kLong:
        out_ += scalar_text(service_, member, value, TimestampFormat::kUnixTimestamp);
        return;
      default: return json::append(out_, value);
    }
  }

  [[nodiscard]] auto take() -> std::string { return std::move(out_); }

 private:
  void key(bool& is_first, std::string_view name) {
    if (!is_first) out_ += ',';
    is_first = false;
    json::append_string(out_, name);
    out_ += ':';
  }

  void list(Shape const& shape, Value array) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i != 0) out_ += ',';
      value(*shape.element, array.elements()[i]);
    }
    out_ += ']';
  }

  void map(Shape const& shape, Value object) {
    out_ += '{';
    bool is_first = true;
    for (auto const& entry : object.members()) {
      key(is_first, entry.key);
      value(*shape.element, entry.value);
    }
    out_ += '}';
  }

  void timestamp(Member const& member, Value value) {
    auto const text = timestamp_text(member, value, TimestampFormat::kUnixTimestamp);
    bool const is_number = member.timestamp_format == TimestampFormat::kDefault ||
                           member.timestamp_format == TimestampFormat::kUnixTimestamp;
    if (is_number)
      out_ += text;
    else
      json::append_string(out_, text);
  }

  ServiceModel const& service_;
  std::string out_;
};

}  // namespace

auto write_json_body(ServiceModel const& service, Shape const& shape, Value parameters)
    -> std::string {
  JsonBody body(service);
  body.structure(shape, parameters);
  return body.take();
}

auto write_json_payload(ServiceModel const& service, Member const& payload, Value value)
    -> std::string {
  JsonBody body(service);
  body.value(payload, value);
  return body.take();
}

}  // namespace treadle::integrations::aws_sdk
