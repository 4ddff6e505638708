// The types of a function's parameters, "<s-nn?:s>"; private to the module.
// Source: docs.jsonata.org, "Function signature syntax".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

namespace treadle::expr::jsonata {

// What an argument may be; a parameter's types are a set of these.
enum class Type : std::uint16_t {
  kArray = 1,
  kString = 2,
  kNumber = 4,
  kBoolean = 8,
  kNull = 16,
  kFunction = 32,
  kObject = 64,
  kMissing = 128,  // undefined
};

struct Parameter {
  std::uint16_t types = 0;          // a set of Type
  bool is_array = false;            // `a`: any other argument is wrapped into an array
  char element = '\0';              // of `a<n>`: the type letter of the elements, else '\0'
  std::uint16_t element_types = 0;  // what that letter admits
  bool takes_context = false;       // `-`: the context stands in for a missing argument
  bool is_optional = false;         // `?`, or `-`
  bool is_repeated = false;         // `+`
};

class Signature {
 public:
  // Fails with S0401 or S0402.
  [[nodiscard]] static auto parse(std::string_view text) -> Result<Signature, std::string_view>;
  [[nodiscard]] auto parameters() const -> std::vector<Parameter> const& { return parameters_; }

  // How many of the arguments each parameter takes, parameters from left to right, each as many as
  // it can. False where they do not fit; `failed_at` is then the argument in question, from 0.
  [[nodiscard]] auto match(std::vector<Type> const& arguments, std::vector<std::size_t>& taken,
                           std::size_t& failed_at) const -> bool;

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace treadle::expr::jsonata
