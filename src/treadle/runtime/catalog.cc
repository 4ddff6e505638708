#include "treadle/runtime/catalog.h"

#include "treadle/record/bytes.h"

namespace treadle::runtime {

// Fields of the rows, in the order of their bytes, after a version number.
static auto tie(Tag& v) { return std::tie(v.key, v.value); }

namespace {

using record::ByteReader;
using record::ByteWriter;
using store::Table;

constexpr std::uint64_t kRowVersion = 1;

auto fields(Machine& m) {
  return std::tie(m.id.high, m.id.low, m.arn, m.name, m.type, m.revision, m.revision_id, m.role_arn,
                  m.created_at, m.updated_at, m.logging_configuration, m.tracing_configuration,
                  m.encryption_configuration, m.label, m.description, m.is_deleting, m.tags);
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
auto list_rows(store::Store const& store, Table table, std::string_view after, std::size_t limit)
    -> Answer<std::vector<T>> {
  auto const from = after.empty() ? std::string() : std::string(after) + '\0';
  auto const rows = store.scan(table, {.from = from, .limit = limit});
  if (!rows) return failure(rows.error());
  std::vector<T> out;
  for (auto const& row : *rows) out.push_back(TRY(read_row<T>(row.value)));
  return out;
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

auto Catalog::find_machine(std::string_view arn) const -> Answer<std::optional<Machine>> {
  return find_row<Machine>(store_, Table::kMachine, arn);
}

auto Catalog::list_machines(std::string_view after, std::size_t limit) const
    -> Answer<std::vector<Machine>> {
  return list_rows<Machine>(store_, Table::kMachine, after, limit);
}

void Catalog::change_machine(std::optional<Machine> const& before, Machine const& now,
                             asl::DefinitionPtr definition, OnChanged done) {
  store::Batch batch;
  expect_row(batch, Table::kMachine, now.arn, before);
  if (definition) definitions_.add(batch, now.revision, now.type, std::move(definition));
  batch.put(Table::kMachine, now.arn, write_row(now));
  store_.submit(std::move(batch), told(std::move(done)));
}

void Catalog::erase_machine(Machine const& before, OnChanged done) {
  store::Batch batch;
  expect_row(batch, Table::kMachine, before.arn, std::optional(before));
  batch.erase(Table::kMachine, before.arn);
  store_.submit(std::move(batch), told(std::move(done)));
}

auto Catalog::find_activity(std::string_view arn) const -> Answer<std::optional<Activity>> {
  return find_row<Activity>(store_, Table::kActivity, arn);
}

auto Catalog::list_activities(std::string_view after, std::size_t limit) const
    -> Answer<std::vector<Activity>> {
  return list_rows<Activity>(store_, Table::kActivity, after, limit);
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
