// Source: Smithy 2.0, "AWS JSON 1.0", "AWS JSON 1.1", "AWS restJson1".
#include <fmt/format.h>

#include "treadle/integrations/aws_sdk/output.h"
#include "treadle/integrations/aws_sdk/timestamps.h"
#include "treadle/json/print.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

auto unreadable(Member const& member, std::string_view kind) -> std::unexpected<std::string> {
  return std::unexpected(fmt::format("the answer's field '{}' is no {}", member.shown_name, kind));
}

auto write_timestamp(Member const& member, Value value, std::string& out) -> Written {
  auto const time = value.is_number()   ? read_epoch_seconds(value.number_text())
                    : value.is_string() ? read_answered_time(value.as_string())
                                        : std::nullopt;
  if (!time) return unreadable(member, "time");
  json::append_string(out, write_time(*time, TimestampFormat::kIso8601));
  return {};
}

auto write_list(ServiceModel const& service, Shape const& shape, Value array, std::string& out)
    -> Written {
  out += '[';
  bool is_first = true;
  for (auto const& one : array.elements()) {
    if (!is_first) out += ',';
    is_first = false;
    TRY(write_json_value(service, *shape.element, one, out));
  }
  out += ']';
  return {};
}

auto write_map(ServiceModel const& service, Shape const& shape, Value object, std::string& out)
    -> Written {
  ObjectWriter to(out);
  for (auto const& entry : object.members()) {
    if (entry.value.is_null()) continue;
    to.key(entry.key);
    TRY(write_json_value(service, *shape.element, entry.value, out));
  }
  to.close();
  return {};
}

}  // namespace

auto write_json_members(ServiceModel const& service, Shape const& shape, Value object,
                        ObjectWriter& to) -> Written {
  for (auto const& member : shape.members) {
    if (member.location != Location::kBody) continue;
    auto const* const value = object.find(member.wire_name);
    if (value == nullptr || value->is_null()) continue;
    to.key(member.shown_name);
    TRY(write_json_value(service, member, *value, to.out()));
  }
  return {};
}

auto write_json_value(ServiceModel const& service, Member const& member, Value value,
                      std::string& out) -> Written {
  auto const& shape = service.shape(member.shape);
  if (value.is_null() || shape.is_document) {
    json::append(out, value);
    return {};
  }
  switch (shape.type) {
    case ShapeType::kStructure: {
      if (!value.is_object()) return unreadable(member, "object");
      ObjectWriter to(out);
      TRY(write_json_members(service, shape, value, to));
      to.close();
      return {};
    }
    case ShapeType::kList:
      if (!value.is_array()) return unreadable(member, "array");
      return write_list(service, shape, value, out);
    case ShapeType::kMap:
      if (!value.is_object()) return unreadable(member, "object");
      return write_map(service, shape, value, out);
    case ShapeType::kTimestamp: return write_timestamp(member, value, out);
    case ShapeType::kBlob:
      if (value.is_string() && append_scalar(out, shape.type, value.as_string())) return {};
      [[fallthrough]];
    default:  // a service that writes a number as text, or text as a number, is shown as it wrote
      json::append(out, value);
      return {};
  }
}

}  // namespace treadle::integrations::aws_sdk
