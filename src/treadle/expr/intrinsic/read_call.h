// The text of an intrinsic call to nodes. Private to the module.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/intrinsic/node.h"

namespace treadle::expr::intrinsic {

// call     = "States." name "(" [ argument { "," argument } ] ")"
// argument = call | path | number | true | false | null | 'text'
// White space may stand around arguments and behind the call. In texts \' \{ \} \\ are escapes; any
// other backslash is an error, and so is an unescaped brace of Format's template that belongs to no
// {}.
[[nodiscard]] auto read_call(std::string_view text)
    -> Result<std::shared_ptr<Node const>, std::string>;

}  // namespace treadle::expr::intrinsic
