#include "treadle/asl/report.h"

#include <iterator>
#include <utility>

#include "treadle/base/utf8.h"

namespace treadle::asl {
namespace {

auto code_text(Code code) -> std::string_view {
  switch (code) {
    case Code::kSchemaValidationFailed: return "SCHEMA_VALIDATION_FAILED";
    case Code::kInvalidJsonataExpression: return "INVALID_JSONATA_EXPRESSION";
    case Code::kUnsupportedJsonataExpression: return "UNSUPPORTED_JSONATA_EXPRESSION";
    case Code::kInvalidJsonDescription: return "INVALID_JSON_DESCRIPTION";
    case Code::kMissingTransitionTarget: return "MISSING_TRANSITION_TARGET";
    case Code::kMissingEndState: return "MISSING_END_STATE";
    case Code::kDuplicateStateName: return "DUPLICATE_STATE_NAME";
    case Code::kInvalidStateName: return "INVALID_STATE_NAME";
    case Code::kDuplicateLabelName: return "DUPLICATE_LABEL_NAME";
    case Code::kInvalidLabelName: return "INVALID_LABEL_NAME";
    case Code::kTooDeeplyNested: return "TOO_DEEPLY_NESTED";
    case Code::kInvalidResource: return "INVALID_RESOURCE";
    case Code::kNoDollar: return "NO_DOLLAR";
    case Code::kNoPath: return "NO_PATH";
    case Code::kPassResultIsStatic: return "PASS_RESULT_IS_STATIC";
  }
  return "";
}

auto shortened(std::string text) -> std::string {
  if (text.size() <= Report::kTextBytesMax) return text;
  text.resize(utf8::truncate(text, Report::kTextBytesMax).size());
  return text + "...";
}

void add(std::vector<Diagnostic>& to, Diagnostic diagnostic) {
  if (to.size() < Report::kDiagnosticsMax) to.push_back(std::move(diagnostic));
}

auto make(Severity severity, Code code, Location const& where, std::string message) -> Diagnostic {
  return {severity, std::string(code_text(code)), shortened(std::move(message)),
          shortened(where.to_string())};
}

}  // namespace

void Report::error(Code code, Location const& where, std::string message) {
  add(errors_, make(Severity::kError, code, where, std::move(message)));
}

void Report::error(Location const& where, std::string message) {
  error(Code::kSchemaValidationFailed, where, std::move(message));
}

void Report::warning(Code code, Location const& where, std::string message) {
  add(warnings_, make(Severity::kWarning, code, where, std::move(message)));
}

auto Report::take() -> std::vector<Diagnostic> {
  auto all = std::exchange(errors_, {});
  all.insert(all.end(), std::make_move_iterator(warnings_.begin()),
             std::make_move_iterator(warnings_.end()));
  warnings_.clear();
  return all;
}

}  // namespace treadle::asl
