// Says what the data flow found.
#pragma once

#include <string_view>

#include "treadle/lint/machine.h"
#include "treadle/lint/report.h"
#include "treadle/lint/shape.h"

namespace treadle::lint {

class MissReport {
 public:
  MissReport(Machine const& machine, Report& report) : machine_(machine), report_(report) {}

  // `reader` reads `path` in `expression`, and `miss` is the member that may not be there.
  void add(asl::StateIndex reader, Place const& expression, std::string_view path,
           Miss const& miss);

  // A payload that the state makes, against what it was given.
  void check_size(asl::StateIndex state, ShapePtr const& before, ShapePtr const& after);

 private:
  [[nodiscard]] auto leads_back_to(asl::StateIndex reader, asl::StateIndex writer) -> bool;

  Machine const& machine_;
  Report& report_;
  // The last answer of Machine::reachable.
  std::optional<asl::StateIndex> from_;
  std::vector<char> reachable_;
};

}  // namespace treadle::lint
