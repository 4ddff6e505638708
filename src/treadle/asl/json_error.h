// Why a definition is not JSON, in the words of AWS where those are known.
// Source: a recorded answer of ValidateStateMachineDefinition to "not a definition".
#pragma once

#include <string>
#include <string_view>

#include "treadle/json/parse.h"

namespace treadle::asl {

struct JsonErrorText {
  std::string message;  // "Unrecognized token 'not': ...\n at [Source: ...]"
  std::string source;   // "[Source: (String)\"not a definition\"; line: 1, column: 4]"
};

[[nodiscard]] auto describe_json_error(std::string_view text, json::ParseError const& error)
    -> JsonErrorText;

}  // namespace treadle::asl
