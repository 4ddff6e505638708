// What a Choice reads, and what is known behind each of its rules.
#pragma once

#include <functional>

#include "treadle/lint/place.h"
#include "treadle/lint/shape.h"

namespace treadle::lint {

// What is known of a value once a condition was found true, or false.
struct Outcomes {
  ShapePtr if_true;
  ShapePtr if_false;
};

// Told of each path that a condition reads, with what is known of the value at that point. Must
// return what is known once it has been read.
using OnRead = std::function<ShapePtr(Place const& path, ShapePtr const& before)>;

// Conditions are asked in their order; And and Or stop as soon as the answer is known. IsPresent
// alone may ask for what is not there.
[[nodiscard]] auto follow_condition(Place const& condition, ShapePtr const& before,
                                    OnRead const& on_read) -> Outcomes;

}  // namespace treadle::lint
