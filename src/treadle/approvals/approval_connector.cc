#include "treadle/approvals/approval_connector.h"

#include <fmt/format.h>

#include "treadle/approvals/spec.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::approvals {
namespace {

auto check_fields(Spec const& spec) -> Result<void, std::string> {
  auto const* const fields = spec.find("fields");
  if (fields != nullptr && fields->kind != Spec::Kind::kMap)
    return refuse(*fields, "expected values by label");
  auto const* const requester = spec.find("requester");
  if (requester != nullptr && requester->kind != Spec::Kind::kScalar)
    return refuse(*requester, "expected an approver's id");
  return {};
}

auto check(std::string_view parameters) -> Result<void, std::string> {
  json::Arena arena;
  auto const value = json::parse(arena, parameters);
  if (!value) return std::unexpected(value.error().to_string());
  auto const spec = spec_of(*value, "Parameters");
  TRY(check_names(spec, rule_names()));
  TRY(check_fields(spec));
  TRY(read_rules(spec));
  return {};
}

}  // namespace

void ApprovalConnector::invoke(integrations::TaskCall call, integrations::CallDone done) {
  // Without Parameters the state's input is no request of this kind.
  auto const sound = call.is_input_as_it_is ? Result<void, std::string>{} : check(call.parameters);
  if (sound) return done(integrations::CallSucceeded{"{}"});
  done(integrations::CallFailed{.error = {"Approval.InvalidParameters", sound.error()},
                                .stage = integrations::CallStage::kRun});
}

}  // namespace treadle::approvals
