// Which function does which task.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <treadle/task.h>

#include "treadle/asl/model.h"

namespace treadle::library {

using Bound = std::variant<Function, AsyncFunction>;

// Filled from one thread; read by any once nothing more is added.
class Bindings {
 public:
  // False: the name is bound already.
  auto add(std::string_view resource, Bound function) -> bool;
  // Remembers what the tasks of `definition` call, so that find() need not search for it.
  void learn(asl::Definition const& definition);

  // nullptr: nobody is bound to it.
  [[nodiscard]] auto find(asl::Resource const& resource) const -> Bound const*;
  // Of a Lambda function by its name or ARN.
  [[nodiscard]] auto find_function(std::string_view function) const -> Bound const*;

 private:
  struct Hash {
    using is_transparent = void;
    auto operator()(std::string_view text) const -> std::size_t {
      return std::hash<std::string_view>()(text);
    }
  };
  template <typename T>
  using ByText = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  [[nodiscard]] auto search(asl::Resource const& resource) const -> Bound const*;
  [[nodiscard]] auto search(std::string_view name) const -> Bound const*;

  ByText<Bound> exact_;
  std::vector<std::pair<std::string, Bound>> patterns_;  // with '*', in the order of binding
  ByText<Bound const*> known_;                           // by the resource's text
};

// Whether `pattern`, in which '*' stands for any text, is all of `text`. Linear in both for one '*', at
// most their product.
[[nodiscard]] auto matches_pattern(std::string_view pattern, std::string_view text) -> bool;

}  // namespace treadle::library
