#include "treadle/targets/database.h"

#include <sqlite3.h>

#include <fmt/format.h>

#include "treadle/base/log.h"

namespace treadle::targets {

Rows::~Rows() { database_->give_back(sql_, statement_); }

auto Rows::next() -> bool {
  if (statement_ == nullptr) return false;
  auto const status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status != SQLITE_DONE) database_->note_failure();
  return false;
}

auto Rows::text(int column) const -> std::string_view {
  auto const* const data = static_cast<char const*>(sqlite3_column_blob(statement_, column));
  auto const size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view()
                         : std::string_view(data, static_cast<std::size_t>(size));
}

auto Rows::integer(int column) const -> std::int64_t {
  return sqlite3_column_int64(statement_, column);
}

auto Database::open(std::filesystem::path const& file, char const* schema)
    -> Result<std::unique_ptr<Database>, std::string> {
  sqlite3* handle = nullptr;
  auto const opened =
      sqlite3_open_v2(file.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  auto const problem = [&] {
    return std::unexpected(fmt::format("{}: {}", file.string(), sqlite3_errmsg(handle)));
  };
  if (opened != SQLITE_OK) return problem();
  sqlite3_busy_timeout(handle, 10'000);
  for (auto const* const sql :
       {"pragma journal_mode=wal", "pragma synchronous=full", "pragma foreign_keys=on",
        // 16 MiB of log: a page that changes often is written once a checkpoint.
        "pragma wal_autocheckpoint=4096", "pragma cache_size=-4096", schema})
    if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return problem();
  return database;
}

Database::~Database() {
  for (auto const& [sql, statements] : idle_)
    for (auto* const statement : statements) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

auto Database::take(std::string_view sql) -> sqlite3_stmt* {
  if (auto& idle = idle_[sql]; !idle.empty()) {
    auto* const statement = idle.back();
    idle.pop_back();
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    note_failure();
  return statement;
}

void Database::give_back(std::string_view sql, sqlite3_stmt* statement) {
  if (statement == nullptr) return;
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_[sql].push_back(statement);
}

void Database::bind(sqlite3_stmt* statement, int index, std::string_view value) {
  if (statement != nullptr)
    sqlite3_bind_text64(statement, index, value.empty() ? "" : value.data(), value.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Database::bind(sqlite3_stmt* statement, int index, std::span<std::byte const> value) {
  // Without a pointer it would be null.
  static constexpr std::byte kNothing{};
  if (statement != nullptr)
    sqlite3_bind_blob64(statement, index, value.empty() ? &kNothing : value.data(), value.size(),
                        SQLITE_TRANSIENT);
}

void Database::bind(sqlite3_stmt* statement, int index, std::int64_t value) {
  if (statement != nullptr) sqlite3_bind_int64(statement, index, value);
}

void Database::note_failure() {
  has_failed_ = true;
  log(LogLevel::kError, "a database of the local services failed",
      {{"cause", std::string_view(sqlite3_errmsg(handle_))}});
}

auto Database::changes() const -> std::int64_t { return sqlite3_changes64(handle_); }
auto Database::last_row() const -> std::int64_t { return sqlite3_last_insert_rowid(handle_); }

void Database::begin() {
  has_failed_ = false;
  run("begin immediate");
}

auto Database::commit() -> bool {
  if (!has_failed_) run("commit");
  if (!has_failed_) return true;
  if (sqlite3_get_autocommit(handle_) == 0) run("rollback");
  return false;
}

}  // namespace treadle::targets
