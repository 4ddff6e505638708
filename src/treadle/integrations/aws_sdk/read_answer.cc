// Where each member of an answer stands.
// Source: Smithy 2.0, "HTTP binding traits"; the pages of the AWS protocols.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/integrations/aws_sdk/answer_error.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/integrations/aws_sdk/output.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::aws_sdk {
namespace {

constexpr std::size_t kDepthMax = 200;  // of JSON, as of XML: it is walked by recursion

// The next value of a header that has several, and what follows it left in `text`: up to a comma,
// or in quotes.
auto take_list_value(std::string_view& text) -> std::string {
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::string value;
  bool const is_quoted = text.starts_with('"');
  std::size_t at = is_quoted ? 1 : 0;
  for (; at < text.size() && text[at] != (is_quoted ? '"' : ','); ++at) {
    if (is_quoted && text[at] == '\\' && at + 1 < text.size()) ++at;
    value += text[at];
  }
  while (!is_quoted && value.ends_with(' ')) value.pop_back();
  at = std::min(text.find(',', at), text.size());
  text.remove_prefix(std::min(at + 1, text.size()));
  return value;
}

class AnswerReader {
 public:
  AnswerReader(ServiceModel const& service, Operation const& operation, int status,
               net::Headers const& headers, std::string_view body)
      : service_(service), operation_(operation), status_(status), headers_(headers), body_(body) {}

  auto read() -> Result<ServiceAnswer, ServiceError> {
    ServiceAnswer answer{
        .status = status_, .headers = headers_, .request_id = request_id_of(headers_)};
    ObjectWriter to(answer.output);
    if (auto const written = write(to); !written)
      return std::unexpected(body_error_ ? std::move(*body_error_)
                                         : unreadable_answer(status_, headers_, written.error()));
    to.close();
    if (answer.request_id.empty()) answer.request_id = std::move(request_id_);
    return answer;
  }

 private:
  auto write(ObjectWriter& to) -> Written {
    static Shape const kNothing;
    auto const& shape = operation_.output ? service_.shape(*operation_.output) : kNothing;
    switch (service_.protocol) {
      case Protocol::kJson: return write_json(shape, to);
      case Protocol::kQuery:
      case Protocol::kEc2: return write_query(shape, to);
      case Protocol::kRestJson:
      case Protocol::kRestXml:
        write_head(shape, to);
        return shape.payload.empty() ? write_body(shape, to) : write_payload(shape, to);
      case Protocol::kOther: break;
    }
    return std::unexpected("the service speaks a protocol that treadle does not know");
  }

  auto write_body(Shape const& shape, ObjectWriter& to) -> Written {
    if (service_.protocol == Protocol::kRestJson) return write_json(shape, to);
    if (body_.empty()) return {};
    auto const* const root = TRY(parse_xml_body());
    // S3 has the one member for the root itself.
    if (operation_.name == "GetBucketLocation" && root->first_child == nullptr) {
      XmlNode const around{.name = "", .first_child = root};
      return write_xml_members(service_, shape, around, to);
    }
    return write_xml_members(service_, shape, *root, to);
  }

  auto write_json(Shape const& shape, ObjectWriter& to) -> Written {
    bool const has_members = std::ranges::any_of(
        shape.members, [](Member const& one) { return one.location == Location::kBody; });
    if (body_.empty() || !has_members) return {};
    auto const object = TRY(parse_json_body());
    if (!object.is_object()) return std::unexpected("the answer is no JSON object");
    return write_json_members(service_, shape, object, to);
  }

  auto write_query(Shape const& shape, ObjectWriter& to) -> Written {
    if (body_.empty()) return {};
    auto const* const root = TRY(parse_xml_body());
    request_id_ = root->text_of("requestId");
    if (auto const* const metadata = root->child("ResponseMetadata"))
      request_id_ = metadata->text_of("RequestId");
    auto const* start = root;
    if (!operation_.result_wrapper.empty() && root->name != operation_.result_wrapper)
      start = root->child(operation_.result_wrapper);
    if (start == nullptr)
      return shape.members.empty() ? Written()
                                   : std::unexpected(fmt::format("the answer has no element {}",
                                                                 operation_.result_wrapper));
    return write_xml_members(service_, shape, *start, to);
  }

  auto write_payload(Shape const& shape, ObjectWriter& to) -> Written {
    auto const at = std::ranges::find(shape.members, shape.payload, &Member::name);
    if (at == shape.members.end()) return {};
    auto const& of = service_.shape(at->shape);
    if (of.type == ShapeType::kBlob || of.type == ShapeType::kString) {
      if (body_.empty() && !at->is_streaming) return {};
      to.key(at->shown_name);
      append_bytes(to.out(), body_);
      return {};
    }
    if (body_.empty()) return {};
    if (service_.protocol == Protocol::kRestJson) {
      auto const value = TRY(parse_json_body());
      if (value.is_null()) return {};
      to.key(at->shown_name);
      return write_json_value(service_, *at, value, to.out());
    }
    auto const* const root = TRY(parse_xml_body());
    to.key(at->shown_name);
    return write_xml_value(service_, *at, *root, to.out());
  }

  // What stands in headers and status. A header that can't be read as its type is left out.
  void write_head(Shape const& shape, ObjectWriter& to) {
    for (auto const& member : shape.members) {
      if (member.location == Location::kStatusCode) {
        to.key(member.shown_name);
        to.out() += fmt::format("{}", status_);
      } else if (member.location == Location::kHeaders) {
        write_prefixed(member, to);
      } else if (member.location == Location::kHeader) {
        auto const found = headers_.find(member.wire_name);
        if (!found) continue;
        std::string text;
        if (!append_header(member, header_text(*found), text)) continue;
        to.key(member.shown_name);
        to.out() += text;
      }
    }
  }

  void write_prefixed(Member const& member, ObjectWriter& to) {
    to.key(member.shown_name);
    ObjectWriter map(to.out());
    auto const prefix = member.wire_name;
    auto const begins = [&](std::string_view name) {
      return name.size() > prefix.size() &&
             net::equals_ignoring_case(name.substr(0, prefix.size()), prefix);
    };
    for (auto const& [name, value] : headers_)
      if (begins(name)) {
        map.key(header_text(name.substr(prefix.size())));
        json::append_string(map.out(), header_text(value));
      }
    map.close();
  }

  auto append_header(Member const& member, std::string_view text, std::string& out) const -> bool {
    auto const& shape = service_.shape(member.shape);
    if (shape.type == ShapeType::kList) return append_header_list(shape, text, out);
    if (member.is_json_value) {
      auto const decoded = base64_decode(text);
      append_bytes(out, decoded ? std::string_view(*decoded) : text);
      return true;
    }
    if (shape.type == ShapeType::kStructure || shape.type == ShapeType::kMap) return false;
    return append_scalar(out, shape.type, text);
  }

  auto append_header_list(Shape const& shape, std::string_view text, std::string& out) const
      -> bool {
    auto const type = service_.shape(shape.element->shape).type;
    if (type == ShapeType::kStructure || type == ShapeType::kMap || type == ShapeType::kList)
      return false;
    out += '[';
    for (bool is_first = true; !text.empty(); is_first = false) {
      if (!is_first) out += ',';
      if (!append_scalar(out, type, take_list_value(text))) return false;
    }
    out += ']';
    return true;
  }

  auto parse_json_body() -> Result<json::Value, std::string> {
    json::ParseOptions options;
    options.depth_max = kDepthMax;
    auto const parsed = json::parse(arena_, body_, options);
    if (!parsed) return std::unexpected("the answer is not JSON: " + parsed.error().to_string());
    return *parsed;
  }

  auto parse_xml_body() -> Result<XmlNode const*, std::string> {
    auto const* const root = TRY(parse_xml(arena_, body_));
    if (service_.protocol != Protocol::kRestXml || root->name != "Error") return root;
    body_error_ = read_error(service_, operation_, status_, headers_, *root);
    return std::unexpected("the answer is an error");
  }

  ServiceModel const& service_;
  Operation const& operation_;
  int const status_;
  net::Headers const& headers_;
  std::string_view const body_;
  json::Arena arena_;
  std::string request_id_;                  // that the body tells
  std::optional<ServiceError> body_error_;  // where the body is one
};

}  // namespace

auto read_answer(ServiceModel const& service, Operation const& operation, int status,
                 net::Headers const& headers, std::string_view body)
    -> Result<ServiceAnswer, ServiceError> {
  if (status >= 300) return std::unexpected(read_error(service, operation, status, headers, body));
  if (has_event_stream(service, operation.output))
    return std::unexpected(unreadable_answer(
        status, headers, "the answer is a stream of events, which Step Functions can't show"));
  return AnswerReader(service, operation, status, headers, body).read();
}

}  // namespace treadle::integrations::aws_sdk
