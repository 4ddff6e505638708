// The JSON that Step Functions shows of an answer, piece by piece; private to the folder.
#pragma once

#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/integrations/aws_sdk/xml_tree.h"
#include "treadle/json/value.h"

namespace treadle::integrations::aws_sdk {

// An object that is being written.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void key(std::string_view name);
  void close() { out_ += '}'; }
  [[nodiscard]] auto out() -> std::string& { return out_; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

// Bytes as Step Functions shows them: text where they are UTF-8, else base64.
void append_bytes(std::string& out, std::string_view bytes);

// A scalar that an answer has as text (in a header, in XML). False where it can't be read as its type;
// then nothing was written.
[[nodiscard]] auto append_scalar(std::string& out, ShapeType type, std::string_view text) -> bool;

using Written = Result<void, std::string>;  // an error says what can't be read

// The members of `shape` that stand in the body, out of an answer's JSON or XML.
[[nodiscard]] auto write_json_members(ServiceModel const& service, Shape const& shape,
                                      json::Value object, ObjectWriter& to) -> Written;
[[nodiscard]] auto write_xml_members(ServiceModel const& service, Shape const& shape,
                                     XmlNode const& node, ObjectWriter& to) -> Written;

// A member that is the whole body.
[[nodiscard]] auto write_json_value(ServiceModel const& service, Member const& member,
                                    json::Value value, std::string& out) -> Written;
[[nodiscard]] auto write_xml_value(ServiceModel const& service, Member const& member,
                                   XmlNode const& node, std::string& out) -> Written;

}  // namespace treadle::integrations::aws_sdk
