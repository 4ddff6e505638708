// Payload templates: the JSON of Parameters, ResultSelector, ItemSelector and Assign, in which a
// member "name.$" takes its value from a path or an intrinsic function. Compiled once; parts
// without expressions are constants that are shared, not copied. Source: ASL specification,
// "Payload Template".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/expr/environment.h"
#include "treadle/expr/intrinsic/call.h"
#include "treadle/expr/jsonpath/path.h"
#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::expr {

struct TemplateNode;  // private to the module

// A syntax error inside a template; `location` is a JSON pointer relative to its root ("/a/b.$").
struct TemplateError {
  std::string location;
  std::string message;
};

class PayloadTemplate {
 public:
  // `source` is copied. Any JSON value is a template; only objects (also inside arrays) hold
  // expressions.
  [[nodiscard]] static auto compile(json::Value source)
      -> Result<PayloadTemplate, std::vector<TemplateError>>;
  [[nodiscard]] auto root() const -> TemplateNode const& { return *root_; }
  [[nodiscard]] auto is_constant() const -> bool;
  // Every path in it (for validation and variable references).
  [[nodiscard]] auto paths() const -> std::vector<jsonpath::Path>;

 private:
  std::shared_ptr<TemplateNode const> root_;
};

// The template filled in; it must outlive the value, which shares its constants and names. A path
// that leads nowhere gives States.Runtime with AWS's text ("The JSONPath '$.x' specified for the
// field 'value.$' could not be found in the input '...'"): all recorded executions of Pass and Task
// states have that error, never the States.ParameterPathFailure of the specification. A failing
// function gives that function's Error.
[[nodiscard]] auto evaluate(PayloadTemplate const& payload_template, json::Value input,
                            Environment& environment, json::Arena& arena) -> Result<json::Value>;

}  // namespace treadle::expr
