// Terraform's format(): verbs as in C's printf and Go's fmt.
// Source: Terraform language documentation, "format Function".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/import/terraform/value.h"

namespace treadle::import::terraform {

// %% %t %s %q %v %#v %d %b %o %x %X %f %e %E %g %G with flags (- + 0 # and blank), width, precision
// and an argument's number (%[2]s). Refused with a reason: another verb, a value that does not suit
// its verb, arguments too few or too many, a width or precision above 1000.
[[nodiscard]] auto format_text(std::string_view pattern, std::span<Value const> arguments)
    -> Result<std::string, std::string>;

}  // namespace treadle::import::terraform
