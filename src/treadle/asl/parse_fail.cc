#include "treadle/asl/literal_warnings.h"
#include "treadle/asl/parsing.h"
#include "treadle/asl/values.h"

namespace treadle::asl {

auto parse_fail(Parsing& parsing, Fields const& fields) -> Fail {
  auto& report = parsing.report;
  for (auto const name : {"Error", "Cause"})
    if (auto const* literal = fields.find(name); literal != nullptr && fields.is_json_path())
      warn_of_path_literal(*literal, fields.at(name), report);
  return {read_text_field(fields, "Error", report), read_text_field(fields, "Cause", report)};
}

}  // namespace treadle::asl
