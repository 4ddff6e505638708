// State machines, activities and their tags: head rows, changed by compare-and-set.
//
// Reads are of committed rows and may be made on any thread. Changes are answered after their
// commit, on the store's commit thread: `done` must be quick.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
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

// A numbered snapshot of a machine. Source: API reference, PublishStateMachineVersion.
struct MachineVersion {
  std::uint64_t number = 0;  // from 1 on, never given out twice
  std::string description;
  Timestamp created_at;
  // As the machine had them:
  std::string revision;
  std::string revision_id;
  std::string role_arn;
  Timestamp updated_at;
  std::string logging_configuration;
  std::string tracing_configuration;
  std::string encryption_configuration;
};

// How many of 100 starts by an alias go to a version.
struct AliasRoute {
  std::uint64_t version = 0;
  std::uint32_t weight = 0;
  friend bool operator==(AliasRoute const&, AliasRoute const&) = default;
};

struct MachineAlias {
  std::string name;
  std::string description;
  Timestamp created_at;
  Timestamp updated_at;
  std::vector<AliasRoute> routes;  // one or two, of different versions
};

// What the checker of sagas said of a revision of a machine, under the tag that the machine had.
struct SagaVerdict {
  std::string revision;
  std::string tag;      // the value of treadle:saga
  std::string verdict;  // "verified", "counterexample", "unknown"
  Timestamp checked_at;
  std::string report;  // JSON
  std::string text;    // the same for people
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
  // What CreateStateMachine asked for; a repetition is compared with it.
  bool was_published_at_creation = false;
  std::string first_version_description;
  std::uint64_t last_version = 0;       // number given out last
  std::uint64_t published_version = 0;  // the one that has the current revision; 0: none has
  std::uint64_t version_count = 0;
  std::uint64_t alias_count = 0;
  // Counts changes to versions and aliases: whoever decides on them expects the row unchanged.
  std::uint64_t changes = 0;
};

// What changes along with a machine's row.
struct QualifierChanges {
  std::optional<MachineVersion> put_version;
  std::optional<MachineAlias> put_alias;
  std::optional<SagaVerdict> put_verdict;
  std::vector<std::uint64_t> erased_versions;
  std::vector<std::string> erased_aliases;
  std::vector<std::string> erased_verdicts;  // by their revisions
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
  Catalog(store::Store& store, DefinitionCache& definitions);

  // What a change did: false when somebody else changed the row first (read again
  // and decide again).
  using OnChanged = std::move_only_function<void(Answer<bool>)>;

  // Each thread remembers what it found until a machine is changed.
  [[nodiscard]] auto find_machine(std::string_view arn) const -> Answer<std::optional<Machine>>;
  // What was read of machines, versions and aliases is as it was while this is: it is another number
  // after each change, and never one that another catalog has had.
  [[nodiscard]] auto machine_changes() const -> std::uint64_t { return *machine_changes_; }
  // In the order of their names, after the one called `after`.
  [[nodiscard]] auto list_machines(std::string_view after, std::size_t limit) const
      -> Answer<std::vector<Machine>>;
  // Writes `now` if the row is still `before` (nullopt: absent), with its
  // definition where that is new.
  void change_machine(std::optional<Machine> const& before, Machine const& now,
                      asl::DefinitionPtr definition, OnChanged done,
                      QualifierChanges const& qualifiers = {});
  // With all of its versions, aliases and verdicts.
  void erase_machine(Machine const& before, OnChanged done);

  [[nodiscard]] auto find_version(Machine const& machine, std::uint64_t number) const
      -> Answer<std::optional<MachineVersion>>;
  // Newest first, those below number `before` (0: all).
  [[nodiscard]] auto list_versions(Machine const& machine, std::uint64_t before,
                                   std::size_t limit) const -> Answer<std::vector<MachineVersion>>;
  [[nodiscard]] auto find_alias(Machine const& machine, std::string_view name) const
      -> Answer<std::optional<MachineAlias>>;
  // In the order of their names, after the one called `after`.
  [[nodiscard]] auto list_aliases(Machine const& machine, std::string_view after,
                                  std::size_t limit) const -> Answer<std::vector<MachineAlias>>;
  // nullopt: nobody has asked for one.
  [[nodiscard]] auto find_verdict(Machine const& machine, std::string_view revision) const
      -> Answer<std::optional<SagaVerdict>>;
  // Every version, alias and verdict, as what is to be erased.
  [[nodiscard]] auto all_qualifiers(Machine const& machine) const -> Answer<QualifierChanges>;

  [[nodiscard]] auto find_activity(std::string_view arn) const -> Answer<std::optional<Activity>>;
  [[nodiscard]] auto list_activities(std::string_view after, std::size_t limit) const
      -> Answer<std::vector<Activity>>;
  void change_activity(std::optional<Activity> const& before, Activity const& now, OnChanged done);
  void erase_activity(Activity const& before, OnChanged done);

  [[nodiscard]] auto definitions() -> DefinitionCache& { return definitions_; }

 private:
  store::Store& store_;
  DefinitionCache& definitions_;
  // Another number after each commit of a machine's row, and never one that another catalog has had.
  // Shared with commits that are under way.
  std::shared_ptr<std::atomic<std::uint64_t>> machine_changes_;
};

}  // namespace treadle::runtime
