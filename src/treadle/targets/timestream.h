// Timestream for LiveAnalytics, its write side: records in a table that `sqlite3` reads.
// Source: Amazon Timestream API reference, "Amazon Timestream Write".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/json/value.h"
#include "treadle/net/http_server.h"
#include "treadle/targets/message.h"
#include "treadle/targets/targets.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

extern char const* const kTimestreamSchema;

class Timestream {
 public:
  Timestream(Worker& worker, Scope scope)
      : worker_(worker), database_(worker.database()), scope_(scope) {}

  void make(std::vector<TableSetup> const& tables);  // where they are missing

  void handle(net::Request&& request, net::Responder responder);  // any thread

 private:
  struct Record;
  struct Rejected {
    std::string reason;
    std::int64_t existing_version = -1;
  };

  [[nodiscard]] auto dispatch(std::string_view operation, json::Value request,
                              std::string_view host) -> Answer;
  [[nodiscard]] auto on_database(std::string_view operation, json::Value request) -> Answer;
  [[nodiscard]] auto on_table(std::string_view operation, json::Value request) -> Answer;
  [[nodiscard]] auto list(std::string_view operation, json::Value request) -> Answer;
  [[nodiscard]] auto write_records(json::Value request) -> Answer;
  [[nodiscard]] auto check_version(std::string_view database, std::string_view table,
                                   Record const& record) -> std::optional<Rejected>;
  [[nodiscard]] auto write(std::string_view database, std::string_view table, Record const& record)
      -> std::optional<Rejected>;

  [[nodiscard]] auto has_database(std::string_view name) -> bool;
  [[nodiscard]] auto has_table(std::string_view database, std::string_view name) -> bool;
  [[nodiscard]] auto show_database(std::string_view name) -> std::string;
  [[nodiscard]] auto show_table(std::string_view database, std::string_view name) -> std::string;

  Worker& worker_;
  Database& database_;
  Scope scope_;
};

}  // namespace treadle::targets
