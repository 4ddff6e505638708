#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/json/print.h"
#include "treadle/targets/digests.h"
#include "treadle/targets/sqs.h"

namespace treadle::targets {
namespace {

constexpr int kListMax = 100;

// Name.1, Name.2 ... as a JSON array; empty if there is none.
auto texts(Form const& form, std::string_view name) -> std::string {
  std::string out = "[";
  for (int i = 1; i <= kListMax; ++i) {
    auto const found = form.find(fmt::format("{}.{}", name, i));
    if (found == form.end()) break;
    append_element(out, json::print_string(found->second));
  }
  return out == "[" ? "" : out + "]";
}

// Attribute.1.Name and Attribute.1.Value as an object.
auto pairs(Form const& form, std::string_view prefix) -> std::string {
  Object out;
  bool is_empty = true;
  for (int i = 1; i <= kListMax; ++i) {
    auto const name = find(form, fmt::format("{}.{}.Name", prefix, i));
    if (name.empty()) break;
    out.text(name, find(form, fmt::format("{}.{}.Value", prefix, i)));
    is_empty = false;
  }
  return is_empty ? "" : out.str();
}

void add_scalars(Object& out, Form const& form, std::string_view prefix) {
  for (auto const& [key, value] : form) {
    if (!key.starts_with(prefix)) continue;
    auto const name = std::string_view(key).substr(prefix.size());
    if (!name.contains('.') && name != "Action" && name != "Version") out.text(name, value);
  }
  if (auto const found = form_attributes(form, std::string(prefix) + "MessageAttribute.");
      !found.empty())
    out.raw("MessageAttributes", found);
}

auto entries(Form const& form) -> std::string {
  auto const action = find(form, "Action");
  if (!action.ends_with("Batch")) return "";
  std::string out = "[";
  for (int i = 1; i <= kListMax; ++i) {
    auto const at = fmt::format("{}RequestEntry.{}.", action, i);
    if (!form.contains(at + "Id")) break;
    Object one;
    add_scalars(one, form, at);
    append_element(out, one.str());
  }
  return out + "]";
}

auto value_xml(std::string_view tag, json::Value value) -> std::string;

auto map_xml(std::string_view tag, json::Value map) -> std::string {
  std::string out;
  for (auto const& [key, value] : map.members())
    out += fmt::format("<{0}>{1}{2}</{0}>", tag, xml("Name", key), value_xml("Value", value));
  return out;
}

auto object_xml(json::Value object, std::string_view operation) -> std::string {
  std::string out;
  for (auto const& [key, value] : object.members()) {
    if (key == "Attributes")
      out += map_xml("Attribute", value);
    else if (key == "MessageAttributes")
      out += map_xml("MessageAttribute", value);
    else if (value.is_array()) {
      auto const tag = key == "QueueUrls"   ? std::string("QueueUrl")
                       : key == "queueUrls" ? std::string("QueueUrl")
                       : key == "Messages"  ? std::string("Message")
                       : key == "Failed"    ? std::string("BatchResultErrorEntry")
                                            : std::string(operation) + "ResultEntry";
      for (auto const& one : value.elements()) out += value_xml(tag, one);
    } else {
      out += value_xml(key, value);
    }
  }
  return out;
}

auto value_xml(std::string_view tag, json::Value value) -> std::string {
  if (value.is_object()) return fmt::format("<{0}>{1}</{0}>", tag, object_xml(value, ""));
  if (value.is_string()) return xml(tag, value.as_string());
  return xml(tag, json::print(value));
}

}  // namespace

auto sqs_request_of_form(Form const& form) -> std::string {
  Object out;
  add_scalars(out, form, "");
  if (auto const found = pairs(form, "Attribute"); !found.empty()) out.raw("Attributes", found);
  if (auto const found = texts(form, "AttributeName"); !found.empty())
    out.raw("AttributeNames", found);
  if (auto const found = texts(form, "MessageAttributeName"); !found.empty())
    out.raw("MessageAttributeNames", found);
  if (auto const found = entries(form); !found.empty()) out.raw("Entries", found);
  return out.str();
}

auto sqs_xml(std::string_view operation, json::Value answer) -> std::string {
  return object_xml(answer, operation);
}

auto md5_of_attributes(json::Value attributes) -> std::string {
  std::map<std::string_view, json::Value> sorted;
  for (auto const& [name, value] : attributes.members()) sorted.emplace(name, value);
  if (sorted.empty()) return {};
  std::string bytes;
  auto const add = [&](std::string_view text) {
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes += static_cast<char>((text.size() >> static_cast<unsigned>(shift)) & 0xFFU);
    bytes += text;
  };
  for (auto const& [name, value] : sorted) {
    auto const type = member_text(value, "DataType");
    add(name);
    add(type);
    bool const is_binary = type.starts_with("Binary");
    bytes += is_binary ? '\2' : '\1';
    if (is_binary)
      add(base64_decode(member_text(value, "BinaryValue")).value_or(""));
    else
      add(member_text(value, "StringValue"));
  }
  return md5_hex(bytes);
}

}  // namespace treadle::targets
