// edit_rows DIR TABLE: how many rows a table of a data directory has.
// edit_rows DIR TABLE erase|empty N: erases the row number N, in the order of keys, or empties its value.
//
// For tests that damage a directory on purpose; a server must not have it.
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>

#include "treadle/store/rocksdb_store.h"

namespace treadle::store {
namespace {

auto find_table(std::string_view name) -> Table {
  for (std::uint8_t n = 1; n <= kTableMax; ++n)
    if (table_name(static_cast<Table>(n)) == name) return static_cast<Table>(n);
  std::fprintf(stderr, "edit_rows: there is no table of that name\n");
  std::exit(2);
}

auto run(int argc, char** argv) -> int {
  if (argc != 3 && argc != 5) {
    std::fprintf(stderr, "usage: edit_rows DIR TABLE [erase|empty N]\n");
    return 2;
  }
  auto const table = find_table(argv[2]);
  auto const opened = open_rocksdb_store({.directory = argv[1]});
  if (!opened) {
    std::fprintf(stderr, "edit_rows: %s\n", opened.error().message.c_str());
    return 1;
  }
  auto& store = **opened;
  auto const rows = store.scan(table, {.limit = 1'000'000});
  if (argc == 3) {
    std::printf("%zu\n", rows->size());
    return 0;
  }
  auto const number = std::strtoull(argv[4], nullptr, 10);
  if (number >= rows->size()) {
    std::fprintf(stderr, "edit_rows: there are only %zu rows\n", rows->size());
    return 1;
  }
  Batch batch;
  if (std::string_view(argv[3]) == "erase")
    batch.erase(table, (*rows)[number].key);
  else
    batch.put(table, (*rows)[number].key, "");
  std::promise<CommitOutcome> outcome;
  store.submit(std::move(batch), [&](CommitOutcome told) { outcome.set_value(told); });
  return outcome.get_future().get() == CommitOutcome::kCommitted ? 0 : 1;
}

}  // namespace
}  // namespace treadle::store

auto main(int argc, char** argv) -> int { return treadle::store::run(argc, argv); }
