#include <fmt/format.h>

#include "treadle/asl/parsing.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/base/limits.h"

namespace treadle::asl {

auto parse_parallel(Parsing& parsing, Scope const& scope, StateIndex index, Fields const& fields)
    -> Parallel {
  auto& report = parsing.report;
  auto const branches = fields.list("Branches");
  auto const where = fields.at("Branches");
  if (branches.empty() && fields.has("Branches"))
    report.error(where, std::string(kEmptyValueMessage));
  if (branches.size() > limits::kParallelBranches)
    report.error(
        where, fmt::format("Parallel state has more than {} branches", limits::kParallelBranches));
  Parallel parallel;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    if (!branches[i].is_object()) {
      report.error(where[i], expected_type_message("Object"));
      continue;
    }
    Fields const branch(branches[i], where[i], fields.language());
    check_shape(branch, Shape::kBranch, report);
    parallel.branches.push_back(
        parse_region(parsing, branch, {index, scope.type, scope.depth + 1}));
  }
  parallel.parameters = read_arguments(fields, report);
  parallel.result_selector = read_template(fields, "ResultSelector", report);
  parallel.result_path = read_result_path(fields, report);
  return parallel;
}

}  // namespace treadle::asl
