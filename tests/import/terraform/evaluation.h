// Evaluates a text as one Terraform expression, with a few names to refer to.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "treadle/import/terraform/evaluator.h"
#include "treadle/import/terraform/functions.h"
#include "treadle/import/terraform/parser.h"

namespace treadle::import::terraform {

// Roots are looked up in a map; nothing is known below them.
class MapNames final : public Names {
 public:
  explicit MapNames(std::map<std::string, Value> values) : values_(std::move(values)) {}
  auto resolve(Evaluator& /*evaluator*/, std::string_view root, std::span<Step const> /*steps*/,
               Location at, Scope const* /*scope*/) -> Outcome<Resolved> override {
    if (auto const found = values_.find(std::string(root)); found != values_.end())
      return Resolved{found->second, 0};
    return problem(at, "there is no '" + std::string(root) + "'");
  }

 private:
  std::map<std::string, Value> values_;
};

// A folder of files in memory.
inline auto reader_of(std::map<std::string, std::string> files) -> ReadFile {
  return [files = std::move(files)](std::string_view path) -> Result<std::string, std::string> {
    if (auto const found = files.find(std::string(path)); found != files.end())
      return found->second;
    return std::unexpected("there is no " + std::string(path));
  };
}

struct Evaluated {
  std::string json;   // of the value
  std::string error;  // as it is shown, when there is no value
};

inline auto evaluate_text(std::string const& text, std::map<std::string, Value> names = {},
                          std::map<std::string, std::string> files = {}) -> Evaluated {
  Sources sources;
  auto const file = sources.add("test.tf", text);
  if (!file) return {{}, file.error()};
  auto const expression = parse_expression_text(sources, *file);
  if (!expression) return {{}, sources.render(expression.error())};
  Evaluator evaluator(sources, reader_of(std::move(files)));
  MapNames map(std::move(names));
  auto const value = evaluator.evaluate(**expression, {&map, nullptr});
  if (!value) return {{}, sources.render(value.error())};
  return {encode_json(*value), {}};
}

}  // namespace treadle::import::terraform
