// State machines, activities and their tags: head rows, changed by compare-and-set.
//
// Reads are of committed rows and may be made on any thread. Changes are answered after their
// commit, on the store's commit thread: `done` must be quick.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/asl/model.h"
#include "treadle/base/strong_id.h"
#include "treadle/base/time.h"
#include "treadle/runtime/definition_cache.h"
#include "treadle/runtime/router.h"
#include "treadle/store/store.h"

namespace treadle::runtime {

struct Tag {
  std::string key;
  std::string value;
  friend bool operator==(Tag const&, Tag const&) = default;
};

struct Machine {
  EntityId id;  // drawn when it was made; a namesake made later has another
  std::string arn;
  std::string name;
  asl::MachineType type = asl::MachineType::kStandard;
  std::string revision;     // content hash of the definition
  std::string revision_id;  // what DescribeStateMachine shows; empty until the first update
  std::string role_arn;
  Timestamp created_at;
  Timestamp updated_at;
  std::string logging_configuration;     // JSON text as given; empty: the default
  std::string tracing_configuration;     // likewise
  std::string encryption_configuration;  // likewise
  std::string label;
  std::string description;
  bool is_deleting =
      false;  // deleted while executions ran: it goes when the last of them has ended
  std::vector<Tag> tags;
};

struct Activity {
  EntityId id;
  std::string arn;
  std::string name;
  Timestamp created_at;
  std::string encryption_configuration;
  std::vector<Tag> tags;
};

class Catalog {
 public:
  Catalog(store::Store& store, DefinitionCache& definitions)
      : store_(store), definitions_(definitions) {}

  // What a change did: false when somebody else changed the row first (read again
  // and decide again).
  using OnChanged = std::move_only_function<void(Answer<bool>)>;

  [[nodiscard]] auto find_machine(std::string_view arn) const -> Answer<std::optional<Machine>>;
  // In the order of their names, after the one called `after`.
  [[nodiscard]] auto list_machines(std::string_view after, std::size_t limit) const
      -> Answer<std::vector<Machine>>;
  // Writes `now` if the row is still `before` (nullopt: absent), with its
  // definition where that is new.
  void change_machine(std::optional<Machine> const& before, Machine const& now,
                      asl::DefinitionPtr definition, OnChanged done);
  void erase_machine(Machine const& before, OnChanged done);

  [[nodiscard]] auto find_activity(std::string_view arn) const -> Answer<std::optional<Activity>>;
  [[nodiscard]] auto list_activities(std::string_view after, std::size_t limit) const
      -> Answer<std::vector<Activity>>;
  void change_activity(std::optional<Activity> const& before, Activity const& now, OnChanged done);
  void erase_activity(Activity const& before, OnChanged done);

  [[nodiscard]] auto definitions() -> DefinitionCache& { return definitions_; }

 private:
  store::Store& store_;
  DefinitionCache& definitions_;
};

}  // namespace treadle::runtime
