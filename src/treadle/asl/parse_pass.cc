#include "treadle/asl/literal_warnings.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/values.h"

namespace treadle::asl {

auto parse_pass(Parsing& parsing, Fields const& fields) -> Pass {
  auto& report = parsing.report;
  Pass pass;
  if (auto const* result = fields.find("Result"); result != nullptr && fields.is_json_path()) {
    pass.result = *result;
    warn_of_static_result(*result, fields.at("Result"), report);
  }
  pass.parameters = read_template(fields, "Parameters", report);
  pass.result_path = read_result_path(fields, report);
  return pass;
}

}  // namespace treadle::asl
