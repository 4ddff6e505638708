// ValidateStateMachineDefinition.

#include "treadle/api/actions/actions.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/asl/parser.h"

namespace treadle::api {

void validate_state_machine_definition(ActionCall& call, OnResult done) {
  auto const request = call.request;
  auto const type = text_of(request, "type") == "EXPRESS" ? asl::MachineType::kExpress
                                                          : asl::MachineType::kStandard;
  auto const parsed =
      asl::parse_definition(*text_of(request, "definition"), {.type = type, .strict_aws = false});
  bool const warnings = text_of(request, "severity") == "WARNING";
  auto const wanted = number_of(request, "maxResults").value_or(0);
  auto const limit = wanted == 0 ? 100 : static_cast<std::size_t>(wanted);
  std::string list = "[";
  std::size_t shown = 0;
  bool truncated = false;
  for (auto const& d : parsed.diagnostics) {
    bool const is_error = d.severity == asl::Severity::kError;
    if (!is_error && !warnings) continue;
    if (shown == limit) {
      truncated = true;
      break;
    }
    if (shown++ != 0) list += ',';
    ObjectWriter one;
    one.text("severity", is_error ? "ERROR" : "WARNING")
        .text("code", d.code)
        .text("message", d.message);
    if (!d.location.empty()) one.text("location", d.location);
    list += one.take();
  }
  done(ObjectWriter()
           .text("result", parsed.definition ? "OK" : "FAIL")
           .raw("diagnostics", list + "]")
           .flag("truncated", truncated)
           .take());
}

}  // namespace treadle::api
