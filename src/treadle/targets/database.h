// SQLite with what the services need of it. One thread at a time.
//
// A statement that fails is remembered: commit() then rolls back and reports it, so that callers
// need not look at each. Between begin() and commit() everything is one transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace treadle::targets {

class Database;

// Rows of one statement, one after another.
class Rows {
 public:
  Rows(Database& database, std::string_view sql, sqlite3_stmt* statement)
      : database_(&database), sql_(sql), statement_(statement) {}
  Rows(Rows const&) = delete;
  auto operator=(Rows const&) -> Rows& = delete;
  ~Rows();

  [[nodiscard]] auto next() -> bool;
  // Valid until the next row.
  [[nodiscard]] auto text(int column) const -> std::string_view;
  [[nodiscard]] auto string(int column) const -> std::string { return std::string(text(column)); }
  [[nodiscard]] auto integer(int column) const -> std::int64_t;

 private:
  friend class Database;
  Database* database_;
  std::string_view sql_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  // Runs `schema` (statements with "if not exists"). An error is for the operator.
  [[nodiscard]] static auto open(std::filesystem::path const& file, char const* schema)
      -> Result<std::unique_ptr<Database>, std::string>;
  Database(Database const&) = delete;
  auto operator=(Database const&) -> Database& = delete;
  ~Database();

  // `sql` is a literal: statements are kept by it.
  template <typename... Ts>
  [[nodiscard]] auto query(std::string_view sql, Ts const&... values) -> Rows {
    auto* const statement = take(sql);
    int index = 0;
    (bind(statement, ++index, values), ...);
    return Rows(*this, sql, statement);
  }
  // Runs it to its end; gives the rows that it changed.
  template <typename... Ts>
  auto run(std::string_view sql, Ts const&... values) -> std::int64_t {
    auto rows = query(sql, values...);
    while (rows.next()) {}
    return changes();
  }
  [[nodiscard]] auto last_row() const -> std::int64_t;

  void begin();
  // Makes commit() roll back.
  void fail() { has_failed_ = true; }
  [[nodiscard]] auto commit() -> bool;

 private:
  friend class Rows;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  [[nodiscard]] auto take(std::string_view sql) -> sqlite3_stmt*;
  void give_back(std::string_view sql, sqlite3_stmt* statement);
  void bind(sqlite3_stmt* statement, int index, std::string_view value);
  void bind(sqlite3_stmt* statement, int index, std::span<std::byte const> value);  // a blob
  void bind(sqlite3_stmt* statement, int index, std::int64_t value);
  void bind(sqlite3_stmt* statement, int index, int value) {
    bind(statement, index, std::int64_t{value});
  }
  void note_failure();
  [[nodiscard]] auto changes() const -> std::int64_t;

  sqlite3* handle_;
  bool has_failed_ = false;
  std::map<std::string_view, std::vector<sqlite3_stmt*>> idle_;
};

}  // namespace treadle::targets
