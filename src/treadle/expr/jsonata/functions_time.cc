// Source: docs.jsonata.org, "Date/Time functions".
#include "treadle/expr/jsonata/functions.h"

namespace treadle::expr::jsonata::functions {

// The same within one evaluation.
auto millis(Evaluator& evaluator, Arguments const&) -> Eval<Item> {
  auto const now = evaluator.environment().now().time_since_epoch();
  return Item::of(static_cast<double>(now.count()));
}

}  // namespace treadle::expr::jsonata::functions
