// Regular expressions of filters ("=~ /.../i"). Perl's syntax, which is close to Java's; bounded
// work.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "treadle/base/result.h"

namespace treadle::expr::jsonpath {

class Regex {
 public:
  // The letters that may follow the closing slash, with java.util.regex's meaning.
  static constexpr std::string_view kFlags = "dixmsuU";

  // `flags` consists of kFlags. The error says why `pattern` is none.
  [[nodiscard]] static auto compile(std::string_view pattern, std::string_view flags)
      -> Result<Regex, std::string>;
  // Whether the whole of `text` matches; no when that takes more than a bounded number of steps.
  // Any thread.
  [[nodiscard]] auto matches(std::string_view text) const -> bool;

 private:
  std::shared_ptr<void const> code_;
};

}  // namespace treadle::expr::jsonpath
