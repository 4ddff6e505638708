#include "treadle/expr/intrinsic/call.h"

#include <utility>

#include "treadle/expr/intrinsic/node.h"
#include "treadle/expr/intrinsic/read_call.h"

namespace treadle::expr::intrinsic {
namespace {

void collect_paths(Node const& node, std::vector<jsonpath::Path>& paths) {
  if (node.path) paths.push_back(*node.path);
  for (auto const& argument : node.arguments) collect_paths(argument, paths);
}

}  // namespace

auto Call::parse(std::string_view text) -> Result<Call, std::string> {
  auto call = Call();
  call.text_ = text;
  call.root_ = TRY(read_call(text));
  return call;
}

auto Call::looks_like_one(std::string_view text) -> bool { return text.starts_with("States."); }

auto Call::paths() const -> std::vector<jsonpath::Path> {
  auto paths = std::vector<jsonpath::Path>();
  collect_paths(*root_, paths);
  return paths;
}

}  // namespace treadle::expr::intrinsic
