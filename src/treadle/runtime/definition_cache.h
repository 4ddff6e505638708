// Compiled definitions by revision. A revision is the content hash of a definition and its type;
// its row is written once and never changed.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "treadle/asl/model.h"
#include "treadle/asl/parser.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

// Hex of SHA-256 over type and text: the same definition gives the same revision.
[[nodiscard]] auto revision_of(std::string_view definition, asl::MachineType type) -> std::string;

class DefinitionCache {
 public:
  explicit DefinitionCache(store::Store const& store) : store_(store) {}

  // Puts the row of a revision into `batch`; the definition is used from the cache from now on.
  void add(store::Batch& batch, std::string const& revision, asl::MachineType type,
           asl::DefinitionPtr definition);

  // The definition of a revision that some row refers to; read and compiled on first use. Null if
  // the store lacks it or can't read. Any thread.
  [[nodiscard]] auto find(std::string const& revision) -> asl::DefinitionPtr;

 private:
  store::Store const& store_;
  std::mutex mutex_;
  std::unordered_map<std::string, asl::DefinitionPtr> compiled_;
};

}  // namespace treadle::runtime
