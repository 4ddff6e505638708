// $eval: an expression inside an expression.
// Source: docs.jsonata.org, "Higher order functions", $eval.
#include <algorithm>
#include <memory>

#include "treadle/expr/jsonata/evaluator.h"
#include "treadle/json/print.h"

namespace treadle::expr::jsonata {
namespace {

constexpr std::size_t kProgramBytes = 2048;  // beside its arena

}  // namespace

// The new program numbers all variables that the present one knows alike, and replaces it: frames
// and functions of both go on being valid.
auto Evaluator::compile_within(std::string_view text) -> Eval<Program const*> {
  if (program_->text == text && program_->is_nested) return program_;
  TRY(spend(text.size() + program_->names.size()));
  auto nested = std::make_shared<Program>();
  nested->text = text;
  nested->dialect = program_->dialect;
  nested->names = program_->names;
  nested->is_bound = program_->is_bound;
  nested->may_eval = true;
  nested->is_nested = true;
  auto const compiled = compile(*nested);
  if (!compiled) return fail("D3120", {.value = json::print_string(compiled.error().message)});
  evaluated_bytes_ += nested->arena.bytes_used() + kProgramBytes;
  TRY(reserve(evaluated_bytes_));
  evaluated_.push_back(nested);

  auto const count = nested->names.size();
  auto* const globals = arena_.allocate_array<Item>(count);
  auto* const known = arena_.allocate_array<bool>(count);
  std::ranges::copy(globals_, globals);
  std::fill(std::ranges::copy(is_known_, known).out, known + count, false);
  globals_ = {globals, count};
  is_known_ = {known, count};
  program_ = nested.get();
  return program_;
}

auto Evaluator::evaluate_text(std::string_view text, Item input, Frame* frame) -> Eval<Item> {
  auto const* const program = TRY(compile_within(text));
  if (input.is_array() && !input.has(Item::kSequence)) {
    auto* const list = make_list(arena_, 1);
    list->push(arena_, input);
    input = Item::of(list, Item::kSequence | Item::kOuter);
  }
  auto* const scope = frame == nullptr ? make_frame(nullptr) : frame;
  auto const result = eval(*program->root, input, *scope);
  if (result || failure_.code == "D1011" || failure_.code == "D1012") return result;
  return fail("D3121", {.value = json::print_string(failure_.message)});
}

}  // namespace treadle::expr::jsonata
