// Text to syntax tree. Source: HCL native syntax specification.
#pragma once

#include <cstdint>

#include "treadle/import/terraform/source.h"
#include "treadle/import/terraform/syntax.h"

namespace treadle::import::terraform {

// What may nest: blocks, brackets, operators, templates. Deeper text is refused.
inline constexpr std::uint32_t kSyntaxDepthMax = 200;

// A .tf or .tfvars file: attributes and blocks. The first error ends it.
[[nodiscard]] auto parse_configuration(Sources const& sources, std::uint32_t file) -> Outcome<Body>;

// A file that is one template (templatefile): no quotes, no backslash escapes.
[[nodiscard]] auto parse_template_file(Sources const& sources, std::uint32_t file)
    -> Outcome<ExpressionPtr>;

// A text that is one expression, as --var gives it for a variable that is no string.
[[nodiscard]] auto parse_expression_text(Sources const& sources, std::uint32_t file)
    -> Outcome<ExpressionPtr>;

}  // namespace treadle::import::terraform
