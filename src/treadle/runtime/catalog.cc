#include "treadle/runtime/catalog.h"

#include <map>
#include <utility>

#include "treadle/base/limits.h"
#include "treadle/record/bytes.h"

namespace treadle::runtime {

// Fields of the rows, in the order of their bytes, after a version number.
static auto tie(Tag& v) { return std::tie(v.key, v.value); }
static auto tie(AliasRoute& v) { return std::tie(v.version, v.weight); }

namespace {

using record::ByteReader;
using record::ByteWriter;
using store::Table;

constexpr std::uint64_t kRowVersion = 1;

auto fields(Machine& m) {
  return std::tie(m.id.high, m.id.low, m.arn, m.name, m.type, m.revision, m.revision_id, m.role_arn,
                  m.created_at, m.updated_at, m.logging_configuration, m.tracing_configuration,
                  m.encryption_configuration, m.label, m.description, m.is_deleting, m.tags,
                  m.was_published_at_creation, m.first_version_description, m.last_version,
                  m.published_version, m.version_count, m.alias_count, m.changes);
}

auto fields(MachineVersion& v) {
  return std::tie(v.number, v.description, v.created_at, v.revision, v.revision_id, v.role_arn,
                  v.updated_at, v.logging_configuration, v.tracing_configuration,
                  v.encryption_configuration);
}

auto fields(MachineAlias& a) {
  return std::tie(a.name, a.description, a.created_at, a.updated_at, a.routes);
}

auto fields(SagaVerdict& v) {
  return std::tie(v.revision, v.tag, v.verdict, v.checked_at, v.report, v.text);
}

auto fields(Activity& a) {
  return std::tie(a.id.high, a.id.low, a.arn, a.name, a.created_at, a.encryption_configuration,
                  a.tags);
}

template <typename T>
auto write_row(T const& value) -> std::string {
  ByteWriter out;
  out.number(kRowVersion);
  std::apply([&](auto const&... field) { (out.put(field), ...); }, fields(const_cast<T&>(value)));
  return out.take();
}

template <typename T>
auto read_row(std::string_view row) -> Answer<T> {
  json::Arena unused;
  ByteReader in(row, unused);
  T value;
  bool const known = in.number() == kRowVersion;
  if (known) std::apply([&](auto&... field) { (in.get(field), ...); }, fields(value));
  if (!known || !in.ok() || !in.at_end())
    return std::unexpected(Refusal{"InternalFailure", "A row of the catalog is damaged."});
  return value;
}

auto failure(store::StoreError const& error) -> std::unexpected<Refusal> {
  return std::unexpected(Refusal{"InternalFailure", error.message});
}

template <typename T>
auto find_row(store::Store const& store, Table table, std::string_view arn)
    -> Answer<std::optional<T>> {
  auto const row = store.get(table, arn);
  if (!row) return failure(row.error());
  if (!*row) return std::optional<T>{};
  return TRY(read_row<T>(**row));
}

template <typename T>
auto list_rows(store::Store const& store, Table table, store::ScanOptions const& range)
    -> Answer<std::vector<T>> {
  auto const rows = store.scan(table, range);
  if (!rows) return failure(rows.error());
  std::vector<T> out;
  for (auto const& row : *rows) out.push_back(TRY(read_row<T>(row.value)));
  return out;
}

// The first key after `key`; the first of all for an empty one.
auto after_key(std::string_view key) -> std::string {
  return key.empty() ? std::string() : std::string(key) + '\0';
}

// What every version and alias of a machine has in front of its key: the machine's id.
auto qualifier_prefix(Machine const& machine) -> std::string {
  std::string key;
  for (auto const part : {machine.id.high, machine.id.low})
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(part >> shift));
  return key;
}

// A prefix' end: no id consists of 0xff alone, so that the next one exists.
auto end_of(std::string prefix) -> std::string {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

auto version_key(Machine const& machine, std::uint64_t number) -> std::string {
  auto key = qualifier_prefix(machine);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(~number >> shift));
  return key;
}

auto alias_key(Machine const& machine, std::string_view name) -> std::string {
  return qualifier_prefix(machine).append(name);
}

auto verdict_key(Machine const& machine, std::string_view revision) -> std::string {
  return qualifier_prefix(machine).append(revision);
}

void add_qualifiers(store::Batch& batch, Machine const& machine, QualifierChanges const& changes) {
  for (auto const number : changes.erased_versions)
    batch.erase(Table::kVersion, version_key(machine, number));
  for (auto const& name : changes.erased_aliases)
    batch.erase(Table::kAlias, alias_key(machine, name));
  for (auto const& revision : changes.erased_verdicts)
    batch.erase(Table::kVerdict, verdict_key(machine, revision));
  if (auto const& verdict = changes.put_verdict)
    batch.put(Table::kVerdict, verdict_key(machine, verdict->revision), write_row(*verdict));
  if (auto const& version = changes.put_version)
    batch.put(Table::kVersion, version_key(machine, version->number), write_row(*version));
  if (auto const& alias = changes.put_alias)
    batch.put(Table::kAlias, alias_key(machine, alias->name), write_row(*alias));
}

auto counted(std::shared_ptr<std::atomic<std::uint64_t>> changes, store::CommitCallback done)
    -> store::CommitCallback {
  return
      [changes = std::move(changes), done = std::move(done)](store::CommitOutcome outcome) mutable {
        ++*changes;
        done(outcome);
      };
}

auto told(Catalog::OnChanged done) -> store::CommitCallback {
  return [done = std::move(done)](store::CommitOutcome outcome) mutable {
    if (outcome == store::CommitOutcome::kFailed)
      return done(std::unexpected(Refusal{"ServiceUnavailable", "The store can't write."}));
    done(outcome == store::CommitOutcome::kCommitted);
  };
}

template <typename T>
void expect_row(store::Batch& batch, Table table, std::string const& arn,
                std::optional<T> const& before) {
  if (before)
    batch.expect(table, arn, write_row(*before));
  else
    batch.expect(table, arn, std::nullopt);
}

}  // namespace

Catalog::Catalog(store::Store& store, DefinitionCache& definitions)
    : store_(store), definitions_(definitions) {
  static std::atomic<std::uint64_t> catalogs = 0;
  machine_changes_ = std::make_shared<std::atomic<std::uint64_t>>(++catalogs << 40);
}

// Every start reads a machine, and a change is rare. What was read before a commit that is not counted
// yet is forgotten with the count; its author has not been told either.
auto Catalog::find_machine(std::string_view arn) const -> Answer<std::optional<Machine>> {
  constexpr std::size_t kRemembered = 256;
  thread_local std::uint64_t remembered_at = 0;
  thread_local std::map<std::string, Machine, std::less<>> remembered;
  auto const changes = machine_changes_->load();
  if (std::exchange(remembered_at, changes) != changes || remembered.size() >= kRemembered)
    remembered.clear();
  if (auto const at = remembered.find(arn); at != remembered.end())
    return std::optional(at->second);
  auto found = find_row<Machine>(store_, Table::kMachine, arn);
  if (found && *found) remembered.emplace(arn, **found);
  return found;
}

auto Catalog::list_machines(std::string_view after, std::size_t limit) const
    -> Answer<std::vector<Machine>> {
  auto const from = after_key(after);
  return list_rows<Machine>(store_, Table::kMachine, {.from = from, .limit = limit});
}

void Catalog::change_machine(std::optional<Machine> const& before, Machine const& now,
                             asl::DefinitionPtr definition, OnChanged done,
                             QualifierChanges const& qualifiers) {
  store::Batch batch;
  expect_row(batch, Table::kMachine, now.arn, before);
  if (definition) definitions_.add(batch, now.revision, now.type, std::move(definition));
  batch.put(Table::kMachine, now.arn, write_row(now));
  add_qualifiers(batch, now, qualifiers);
  store_.submit(std::move(batch), counted(machine_changes_, told(std::move(done))));
}

void Catalog::erase_machine(Machine const& before, OnChanged done) {
  auto const qualifiers = all_qualifiers(before);
  if (!qualifiers) return done(std::unexpected(qualifiers.error()));
  store::Batch batch;
  add_qualifiers(batch, before, *qualifiers);
  expect_row(batch, Table::kMachine, before.arn, std::optional(before));
  batch.erase(Table::kMachine, before.arn);
  store_.submit(std::move(batch), counted(machine_changes_, told(std::move(done))));
}

auto Catalog::find_version(Machine const& machine, std::uint64_t number) const
    -> Answer<std::optional<MachineVersion>> {
  return find_row<MachineVersion>(store_, Table::kVersion, version_key(machine, number));
}

auto Catalog::list_versions(Machine const& machine, std::uint64_t before, std::size_t limit) const
    -> Answer<std::vector<MachineVersion>> {
  auto const prefix = qualifier_prefix(machine);
  auto const from = before == 0 ? prefix : after_key(version_key(machine, before));
  auto const to = end_of(prefix);
  return list_rows<MachineVersion>(store_, Table::kVersion,
                                   {.from = from, .to = to, .limit = limit});
}

auto Catalog::find_alias(Machine const& machine, std::string_view name) const
    -> Answer<std::optional<MachineAlias>> {
  return find_row<MachineAlias>(store_, Table::kAlias, alias_key(machine, name));
}

auto Catalog::list_aliases(Machine const& machine, std::string_view after, std::size_t limit) const
    -> Answer<std::vector<MachineAlias>> {
  auto const prefix = qualifier_prefix(machine);
  auto const from = after.empty() ? prefix : after_key(alias_key(machine, after));
  auto const to = end_of(prefix);
  return list_rows<MachineAlias>(store_, Table::kAlias, {.from = from, .to = to, .limit = limit});
}

auto Catalog::find_verdict(Machine const& machine, std::string_view revision) const
    -> Answer<std::optional<SagaVerdict>> {
  return find_row<SagaVerdict>(store_, Table::kVerdict, verdict_key(machine, revision));
}

auto Catalog::all_qualifiers(Machine const& machine) const -> Answer<QualifierChanges> {
  QualifierChanges all;
  for (auto const& v : TRY(list_versions(machine, 0, limits::kVersions)))
    all.erased_versions.push_back(v.number);
  for (auto const& a : TRY(list_aliases(machine, {}, limits::kAliases)))
    all.erased_aliases.push_back(a.name);
  auto const prefix = qualifier_prefix(machine);
  auto const to = end_of(prefix);
  auto const verdicts = store_.scan(Table::kVerdict, {.from = prefix, .to = to});
  if (!verdicts) return failure(verdicts.error());
  for (auto const& row : *verdicts) all.erased_verdicts.push_back(row.key.substr(prefix.size()));
  return all;
}

auto Catalog::find_activity(std::string_view arn) const -> Answer<std::optional<Activity>> {
  return find_row<Activity>(store_, Table::kActivity, arn);
}

auto Catalog::list_activities(std::string_view after, std::size_t limit) const
    -> Answer<std::vector<Activity>> {
  auto const from = after_key(after);
  return list_rows<Activity>(store_, Table::kActivity, {.from = from, .limit = limit});
}

void Catalog::change_activity(std::optional<Activity> const& before, Activity const& now,
                              OnChanged done) {
  store::Batch batch;
  expect_row(batch, Table::kActivity, now.arn, before);
  batch.put(Table::kActivity, now.arn, write_row(now));
  store_.submit(std::move(batch), told(std::move(done)));
}

void Catalog::erase_activity(Activity const& before, OnChanged done) {
  store::Batch batch;
  expect_row(batch, Table::kActivity, before.arn, std::optional(before));
  batch.erase(Table::kActivity, before.arn);
  store_.submit(std::move(batch), told(std::move(done)));
}

}  // namespace treadle::runtime
