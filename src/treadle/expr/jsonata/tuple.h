// Scopes, and the tuples that paths with @, # and % carry along; private to the module.
#pragma once

#include <cstdint>

#include "treadle/expr/jsonata/item.h"

namespace treadle::expr::jsonata {

struct Binding {
  VariableId variable = kNoVariable;
  Item value;
};

// Variables of a block, of a function's call or of a tuple. A frame that no function has captured
// goes back to the evaluator when its block ends.
struct Frame {
  Frame* parent = nullptr;
  Binding* bindings = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  bool is_captured = false;

  [[nodiscard]] auto find(VariableId variable) const -> Item* {
    for (std::uint32_t i = 0; i < size; ++i)
      if (bindings[i].variable == variable) return &bindings[i].value;
    return nullptr;
  }
  void bind(json::Arena& arena, VariableId variable, Item value);
};

// A context with what the steps before it have bound; immutable once in a stream.
struct Tuple {
  Item context;
  Binding* bindings = nullptr;
  std::uint32_t size = 0;
};

struct TupleStream {
  Tuple** items = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;

  void push(json::Arena& arena, Tuple* tuple);
};

}  // namespace treadle::expr::jsonata
