#include "treadle/integrations/aws_sdk/service_model.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "treadle/integrations/aws_sdk/names.h"
#include "treadle/json/parse.h"
#include "treadle/json/value.h"

namespace treadle::integrations::aws_sdk {
namespace {

using json::Value;

constexpr std::pair<std::string_view, ShapeType> kTypes[] = {
    {"structure", ShapeType::kStructure},
    {"list", ShapeType::kList},
    {"map", ShapeType::kMap},
    {"string", ShapeType::kString},
    {"character", ShapeType::kString},
    {"blob", ShapeType::kBlob},
    {"boolean", ShapeType::kBoolean},
    {"integer", ShapeType::kInteger},
    {"long", ShapeType::kLong},
    {"float", ShapeType::kFloat},
    {"double", ShapeType::kDouble},
    {"timestamp", ShapeType::kTimestamp},
};
constexpr std::pair<std::string_view, Location> kLocations[] = {
    {"uri", Location::kUri},
    {"querystring", Location::kQueryString},
    {"header", Location::kHeader},
    {"headers", Location::kHeaders},
    {"statusCode", Location::kStatusCode},
};
constexpr std::pair<std::string_view, TimestampFormat> kFormats[] = {
    {"iso8601", TimestampFormat::kIso8601},
    {"rfc822", TimestampFormat::kRfc822},
    {"unixTimestamp", TimestampFormat::kUnixTimestamp},
};
constexpr std::pair<std::string_view, Protocol> kProtocols[] = {
    {"json", Protocol::kJson},        {"rest-json", Protocol::kRestJson},
    {"rest-xml", Protocol::kRestXml}, {"query", Protocol::kQuery},
    {"ec2", Protocol::kEc2},
};

template <typename T, std::size_t n>
auto named(std::pair<std::string_view, T> const (&table)[n], std::string_view name)
    -> std::optional<T> {
  for (auto const& [key, value] : table)
    if (key == name) return value;
  return std::nullopt;
}

auto text_in(Value object, std::string_view name) -> std::string_view {
  auto const* const found = object.find(name);
  return found != nullptr && found->is_string() ? found->as_string() : std::string_view();
}

auto is_set(Value object, std::string_view name) -> bool {
  auto const* const found = object.find(name);
  return found != nullptr && (!found->is_bool() || found->as_bool());
}

auto child(Value object, std::string_view name) -> Value {
  auto const* const found = object.find(name);
  return found == nullptr ? Value() : *found;
}

// Of a member and its shape: the member's, where it has one.
auto text_of_either(Value first, Value second, std::string_view name) -> std::string_view {
  auto const text = text_in(first, name);
  return text.empty() ? text_in(second, name) : text;
}

class Reader {
 public:
  explicit Reader(Value root) : root_(root), model_(std::make_shared<ServiceModel>()) {}

  auto read() -> Result<ServiceModelPtr, std::string> {
    auto const shapes = child(root_, "shapes");
    if (!root_.is_object() || !shapes.is_object()) return std::unexpected("it has no shapes");
    read_metadata(child(root_, "metadata"));
    for (auto const& shape : shapes.members())
      indices_.emplace(shape.key, static_cast<ShapeIndex>(indices_.size()));
    missing_ = static_cast<ShapeIndex>(indices_.size());
    model_->shapes.reserve(indices_.size() + 1);
    for (auto const& shape : shapes.members()) model_->shapes.push_back(read_shape(shape));
    model_->shapes.emplace_back().is_document = true;
    if (auto const operations = child(root_, "operations"); operations.is_object())
      for (auto const& operation : operations.members())
        model_->operations.push_back(read_operation(operation));
    std::ranges::sort(model_->operations, {}, &Operation::name);
    return std::move(model_);
  }

 private:
  // A copy in the model, one for each text.
  auto keep(std::string_view text) -> std::string_view {
    if (text.empty()) return {};
    if (auto const at = kept_.find(text); at != kept_.end()) return at->second;
    auto const copy = model_->text.copy(text);
    kept_.emplace(copy, copy);
    return copy;
  }

  void read_metadata(Value metadata) {
    auto& model = *model_;
    model.service_id = keep(text_in(metadata, "serviceId"));
    model.endpoint_prefix = keep(text_in(metadata, "endpointPrefix"));
    model.signing_name = keep(text_in(metadata, "signingName"));
    if (model.signing_name.empty()) model.signing_name = model.endpoint_prefix;
    model.global_endpoint = keep(text_in(metadata, "globalEndpoint"));
    model.api_version = keep(text_in(metadata, "apiVersion"));
    model.target_prefix = keep(text_in(metadata, "targetPrefix"));
    model.json_version = keep(text_in(metadata, "jsonVersion"));
    model.xml_namespace = keep(text_in(metadata, "xmlNamespace"));
    model.is_query_compatible = metadata.find("awsQueryCompatible") != nullptr;
    model.is_partial = is_set(metadata, "isPartial");
    auto protocol = named(kProtocols, text_in(metadata, "protocol"));
    if (auto const others = child(metadata, "protocols"); !protocol && others.is_array())
      for (auto const& other : others.elements())
        if (other.is_string() && !protocol) protocol = named(kProtocols, other.as_string());
    model.protocol = protocol.value_or(Protocol::kOther);
  }

  auto index_of(Value reference) const -> ShapeIndex {
    auto const at = indices_.find(text_in(reference, "shape"));
    return at == indices_.end() ? missing_ : at->second;
  }

  auto operation_shape(Value operation, std::string_view name) const -> std::optional<ShapeIndex> {
    auto const reference = child(operation, name);
    if (!reference.is_object()) return std::nullopt;
    return index_of(reference);
  }

  auto read_member(std::string_view name, Value reference) -> Member {
    auto const shape = child(child(root_, "shapes"), reference);
    Member member;
    member.name = keep(name);
    member.shown_name = keep(upper_first(name));
    auto const wire_name = text_of_either(reference, shape, "locationName");
    member.has_wire_name = !wire_name.empty();
    member.wire_name = member.has_wire_name ? keep(wire_name) : member.name;
    member.shape = index_of(reference);
    member.location = named(kLocations, text_in(reference, "location")).value_or(Location::kBody);
    // A prefix of headers may be empty: then it is all of them.
    if (member.location == Location::kHeaders && !member.has_wire_name) member.wire_name = {};
    member.timestamp_format = format_of(text_of_either(reference, shape, "timestampFormat"));
    auto const either = [&](std::string_view key) {
      return is_set(reference, key) || is_set(shape, key);
    };
    member.is_flattened = either("flattened");
    member.is_xml_attribute = either("xmlAttribute");
    member.is_idempotency_token = is_set(reference, "idempotencyToken");
    member.is_streaming = either("streaming");
    member.is_host_label = is_set(reference, "hostLabel");
    member.is_json_value = either("jsonvalue");
    member.query_name = keep(text_in(reference, "queryName"));
    auto const own = child(reference, "xmlNamespace");
    auto const xml_namespace = own.is_null() ? child(shape, "xmlNamespace") : own;
    member.xml_namespace = keep(namespace_of(xml_namespace));
    member.xml_prefix = keep(text_in(xml_namespace, "prefix"));
    return member;
  }

  // The shape that a reference names; null where there is none.
  auto child(Value shapes, Value reference) const -> Value {
    auto const index = index_of(reference);
    return index == missing_ || !shapes.is_object() ? Value() : shapes.members()[index].value;
  }
  static auto child(Value object, std::string_view name) -> Value {
    return aws_sdk::child(object, name);
  }

  static auto format_of(std::string_view text) -> TimestampFormat {
    return named(kFormats, text).value_or(TimestampFormat::kDefault);
  }

  // {"uri":...}, or the URI itself.
  static auto namespace_of(Value value) -> std::string_view {
    return value.is_string() ? value.as_string() : text_in(value, "uri");
  }

  auto read_shape(json::Member const& named_shape) -> Shape {
    auto const from = named_shape.value;
    Shape shape;
    shape.name = keep(named_shape.key);
    auto const type = named(kTypes, text_in(from, "type"));
    shape.type = type.value_or(ShapeType::kStructure);
    shape.is_document = !type || is_set(from, "document");
    shape.timestamp_format = format_of(text_in(from, "timestampFormat"));
    shape.payload = keep(text_in(from, "payload"));
    shape.wire_name = keep(text_in(from, "locationName"));
    shape.xml_namespace = keep(namespace_of(child(from, "xmlNamespace")));
    shape.is_flattened = is_set(from, "flattened");
    shape.is_exception = is_set(from, "exception");
    shape.is_streaming = is_set(from, "streaming");
    shape.is_event_stream = is_set(from, "eventstream");
    auto const error = child(from, "error");
    shape.error_code = keep(text_in(error, "code"));
    if (auto const status = child(error, "httpStatusCode"); status.is_number())
      shape.error_status = static_cast<int>(status.as_int64().value_or(0));
    if (auto const values = child(from, "enum"); values.is_array())
      for (auto const& value : values.elements())
        if (value.is_string()) shape.values.push_back(keep(value.as_string()));
    if (shape.type == ShapeType::kList)
      shape.element = read_member("member", child(from, "member"));
    if (shape.type == ShapeType::kMap) {
      shape.key = read_member("key", child(from, "key"));
      shape.element = read_member("value", child(from, "value"));
    }
    if (shape.type == ShapeType::kStructure) read_members(from, shape);
    return shape;
  }

  void read_members(Value from, Shape& shape) {
    auto const members = child(from, "members");
    if (!members.is_object()) return;
    shape.members.reserve(members.size());
    for (auto const& member : members.members())
      shape.members.push_back(read_member(member.key, member.value));
    auto const required = child(from, "required");
    if (!required.is_array()) return;
    for (auto const& name : required.elements())
      for (auto& member : shape.members)
        if (name.is_string() && member.name == name.as_string()) member.is_required = true;
  }

  auto read_operation(json::Member const& named_operation) -> Operation {
    auto const from = named_operation.value;
    auto const http = child(from, "http");
    auto const input = child(from, "input");
    Operation operation;
    operation.name = keep(named_operation.key);
    operation.method = keep(text_in(http, "method"));
    if (operation.method.empty()) operation.method = "POST";
    operation.uri = keep(text_in(http, "requestUri"));
    if (operation.uri.empty()) operation.uri = "/";
    operation.input = operation_shape(from, "input");
    operation.output = operation_shape(from, "output");
    if (auto const errors = child(from, "errors"); errors.is_array())
      for (auto const& error : errors.elements()) operation.errors.push_back(index_of(error));
    operation.host_prefix = keep(text_in(child(from, "endpoint"), "hostPrefix"));
    operation.input_wire_name = keep(text_in(input, "locationName"));
    operation.input_xml_namespace = keep(namespace_of(child(input, "xmlNamespace")));
    operation.result_wrapper = keep(text_in(child(from, "output"), "resultWrapper"));
    operation.is_unsigned = text_in(from, "authtype") == "none";
    operation.has_unsigned_body =
        text_in(from, "authtype") == "v4-unsigned-body" || is_set(from, "unsignedPayload");
    auto const checksum = child(from, "httpChecksum");
    operation.needs_checksum =
        is_set(from, "httpChecksumRequired") || is_set(checksum, "requestChecksumRequired");
    operation.checksum_member = keep(text_in(checksum, "requestAlgorithmMember"));
    operation.tells_endpoints = is_set(from, "endpointoperation");
    operation.needs_discovery = is_set(child(from, "endpointdiscovery"), "required");
    return operation;
  }

  Value const root_;
  std::shared_ptr<ServiceModel> model_;
  std::unordered_map<std::string_view, ShapeIndex> indices_;
  std::unordered_map<std::string_view, std::string_view> kept_;
  ShapeIndex missing_ = 0;
};

}  // namespace

auto read_service_model(std::string_view text) -> Result<ServiceModelPtr, std::string> {
  json::Arena arena;
  auto const root = json::parse(arena, text);
  if (!root) return std::unexpected("it is not JSON: " + root.error().to_string());
  return Reader(*root).read();
}

auto has_event_stream(ServiceModel const& service, std::optional<ShapeIndex> index) -> bool {
  return index && std::ranges::any_of(service.shape(*index).members, [&](Member const& member) {
           return service.shape(member.shape).is_event_stream;
         });
}

auto ServiceModel::find_operation(std::string_view action) const -> Operation const* {
  auto const name = upper_first(action);
  auto const at =
      std::ranges::lower_bound(operations, std::string_view(name), {}, &Operation::name);
  return at != operations.end() && at->name == name ? &*at : nullptr;
}

auto ServiceModel::find_endpoint_operation() const -> Operation const* {
  auto const at = std::ranges::find(operations, true, &Operation::tells_endpoints);
  return at == operations.end() ? nullptr : &*at;
}

}  // namespace treadle::integrations::aws_sdk
