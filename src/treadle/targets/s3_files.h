// The bytes of objects and parts. Small ones are rows of the database: one transaction brings many to
// the disk. Larger ones are files under names that say nothing, written whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/targets/database.h"
#include "treadle/targets/message.h"

namespace treadle::targets {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

// One thread. What fails (a full disk) gives nullopt and leaves no file; what is a row lives and dies
// with the transaction under way.
class S3Files {
 public:
  // `database` has a table bodies(id integer primary key, bytes) and outlives the object.
  S3Files(Database& database, std::filesystem::path folder, Scope scope)
      : database_(database), folder_(std::move(folder)), scope_(std::move(scope)) {}

  // Whether a name is that of a row.
  [[nodiscard]] static auto is_row(std::string_view name) -> bool { return name.starts_with('#'); }

  // The bytes of a file are on disk when they return the new name; its name is once sync() was called.
  [[nodiscard]] auto write(std::string_view bytes) -> std::optional<std::string>;
  [[nodiscard]] auto join(std::vector<std::string> const& names) -> std::optional<std::string>;
  // Brings the names that are new to the disk, many at once.
  [[nodiscard]] auto sync() -> bool;
  [[nodiscard]] auto read(std::string_view name, ByteRange range) const
      -> std::optional<std::string>;
  // A file at once, a row with the transaction.
  void remove(std::string_view name) const;
  // The names of all files, unfinished ones included.
  [[nodiscard]] auto names() const -> std::vector<std::string>;

 private:
  Database& database_;
  std::filesystem::path folder_;
  Scope scope_;
  bool has_new_names_ = false;
};

}  // namespace treadle::targets
