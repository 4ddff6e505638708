#include <string>
#include <vector>

#include "treadle/expr/intrinsic/argument.h"
#include "treadle/expr/intrinsic/functions.h"
#include "treadle/expr/java_text.h"

namespace treadle::expr::intrinsic {
namespace {

// The texts around the placeholders of a template that was computed: nothing is escaped there.
auto segments_of(std::string_view text) -> std::vector<std::string> {
  auto segments = std::vector<std::string>();
  for (auto at = text.find("{}"); at != std::string_view::npos; at = text.find("{}")) {
    segments.emplace_back(text.substr(0, at));
    text.remove_prefix(at + 2);
  }
  segments.emplace_back(text);
  return segments;
}

auto fill(std::span<std::string const> segments, Invocation const& invocation) -> Answer {
  auto const given = invocation.arguments.size() - 1;
  if (segments.size() - 1 != given)
    return std::unexpected("The template has " + std::to_string(segments.size() - 1) +
                           " placeholders, but " + std::to_string(given) + " arguments are given");
  auto text = segments[0];
  for (std::size_t i = 1; i < segments.size(); ++i) {
    append_java_text(text, invocation.arguments[i]);
    text += segments[i];
  }
  return json::make_string(invocation.arena, text);
}

}  // namespace

auto format(Invocation const& invocation) -> Answer {
  auto const text = TRY(short_text_argument(invocation, 0));
  if (!invocation.segments.empty()) return fill(invocation.segments, invocation);
  return fill(segments_of(text), invocation);
}

}  // namespace treadle::expr::intrinsic
