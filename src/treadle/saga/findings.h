// The counterexamples found so far: the shortest of each property and step.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "treadle/saga/check.h"
#include "treadle/saga/explorer.h"

namespace treadle::saga {

class Findings {
 public:
  explicit Findings(Program const& program) : program_(program) {}

  // `about` is whose property it is, `end` where the way ends. Of ways of one length the first stays.
  void add(Property property, asl::StateIndex about, asl::StateIndex end, Way const& way);
  // An execution may end in this Fail after the compensation failed.
  void add_end(asl::StateIndex fail, UndoId undo) { ends_.insert({fail, undo}); }
  // An execution may wait for an operator in this state.
  void add_operator(asl::StateIndex state) { operators_.insert(state); }

  [[nodiscard]] auto counterexamples() const -> std::vector<Counterexample>;
  [[nodiscard]] auto ends() const -> std::vector<std::string>;

 private:
  struct Finding {
    std::uint32_t length = 0;
    asl::StateIndex end;
    Trace trace;
  };
  using Key = std::pair<Property, asl::StateIndex>;
  [[nodiscard]] auto tell(Key const& key, Finding const& finding) const -> Counterexample;
  [[nodiscard]] auto summary(Key const& key, Finding const& finding, Ledger const& ledger) const
      -> std::string;

  Program const& program_;
  std::map<Key, Finding> findings_;
  std::set<std::pair<asl::StateIndex, UndoId>> ends_;
  std::set<asl::StateIndex> operators_;
};

}  // namespace treadle::saga
