#include "treadle/targets/timestream.h"

#include <algorithm>

#include <fmt/format.h>

#include "treadle/base/time.h"
#include "treadle/json/print.h"
#include "treadle/targets/json_service.h"

namespace treadle::targets {

char const* const kTimestreamSchema = R"(
create table if not exists databases(name text primary key, created integer not null) without rowid;
create table if not exists tables(database text not null, name text not null, created integer not null,
  primary key(database, name)) without rowid;
create table if not exists records(database text not null, "table" text not null,
  time integer not null, measure_name text not null, measure_value text not null,
  measure_type text not null, dimensions text not null, version integer not null,
  unique(database, "table", measure_name, time, dimensions));
)";

namespace {

constexpr std::string_view kTargetPrefix = "Timestream_20181101.";
constexpr std::string_view kType = "application/x-amz-json-1.0";

auto is_name(std::string_view name) -> bool {
  return name.size() >= 3 && name.size() <= 256 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("-_.").contains(c);
         });
}

auto missing(std::string_view kind, std::string_view name) -> std::unexpected<Problem> {
  return refuse("ResourceNotFoundException", fmt::format("The {} {} does not exist.", kind, name));
}

auto invalid(std::string message) -> std::unexpected<Problem> {
  return refuse("ValidationException", std::move(message));
}

// Rejected records stand beside the message.
auto response_of(Answer const& answer) -> net::Response {
  auto response = json_response(answer, kType);
  if (!answer && answer.error().code == "RejectedRecordsException")
    response.body =
        Object()
            .text("__type", answer.error().code)
            .text("Message",
                  "One or more records have been rejected. See RejectedRecords for details.")
            .raw("RejectedRecords", answer.error().message)
            .str();
  return response;
}

}  // namespace

void Timestream::handle(net::Request&& request, net::Responder responder) {
  serve_json(worker_, {.target_prefix = kTargetPrefix, .content_type = kType, .depth_max = 20},
             std::move(request), std::move(responder),
             [this](std::string_view operation, json::Value body, net::Request const& http) {
               auto const host = http.headers.find("host").value_or("localhost");
               return response_of(dispatch(operation, body, host));
             });
}

auto Timestream::dispatch(std::string_view op, json::Value request, std::string_view host)
    -> Answer {
  if (op == "DescribeEndpoints")
    return Object()
        .raw("Endpoints",
             '[' + Object().text("Address", host).number("CachePeriodInMinutes", 1'440).str() + ']')
        .str();
  if (op == "ListDatabases" || op == "ListTables") return list(op, request);
  if (op == "WriteRecords") return write_records(request);
  if (op.ends_with("Database")) return on_database(op, request);
  if (op.ends_with("Table")) return on_table(op, request);
  if (op == "ListTagsForResource") return R"({"Tags":[]})";
  return refuse("UnknownOperationException", fmt::format("{} is not served here.", op));
}

void Timestream::make(std::vector<TableSetup> const& tables) {
  for (auto const& one : tables) {
    database_.run("insert or ignore into databases values(?,?)", one.database, scope_.now());
    if (!one.table.empty())
      database_.run("insert or ignore into tables values(?,?,?)", one.database, one.table,
                    scope_.now());
  }
}

auto Timestream::has_database(std::string_view name) -> bool {
  return database_.query("select 1 from databases where name=?", name).next();
}
auto Timestream::has_table(std::string_view database, std::string_view name) -> bool {
  return database_.query("select 1 from tables where database=? and name=?", database, name).next();
}

auto Timestream::show_database(std::string_view name) -> std::string {
  auto rows = database_.query(
      "select created,(select count(*) from tables t where t.database=d.name) from databases d "
      "where "
      "name=?",
      name);
  if (!rows.next()) return "{}";
  auto const created = to_epoch_seconds(Timestamp(Milliseconds(rows.integer(0))));
  return Object()
      .text("Arn", fmt::format("arn:aws:timestream:{}:{}:database/{}", scope_.region,
                               scope_.account, name))
      .text("DatabaseName", name)
      .number("TableCount", rows.integer(1))
      .raw("CreationTime", created)
      .raw("LastUpdatedTime", created)
      .str();
}

auto Timestream::show_table(std::string_view database, std::string_view name) -> std::string {
  auto rows =
      database_.query("select created from tables where database=? and name=?", database, name);
  if (!rows.next()) return "{}";
  auto const created = to_epoch_seconds(Timestamp(Milliseconds(rows.integer(0))));
  return Object()
      .text("Arn", fmt::format("arn:aws:timestream:{}:{}:database/{}/table/{}", scope_.region,
                               scope_.account, database, name))
      .text("TableName", name)
      .text("DatabaseName", database)
      .text("TableStatus", "ACTIVE")
      .raw("CreationTime", created)
      .raw("LastUpdatedTime", created)
      .str();
}

auto Timestream::on_database(std::string_view op, json::Value request) -> Answer {
  auto const name = member_text(request, "DatabaseName");
  bool const exists = has_database(name);
  if (op == "CreateDatabase") {
    if (!is_name(name))
      return invalid("The database name must have 3 to 256 letters, digits, '-', '_', '.'");
    if (exists)
      return refuse("ConflictException", fmt::format("The database {} already exists.", name));
    database_.run("insert into databases values(?,?)", name, scope_.now());
  } else if (!exists) {
    return missing("database", name);
  }
  if (op == "DeleteDatabase") {
    if (database_.query("select 1 from tables where database=?", name).next())
      return invalid("The database contains tables. Delete all tables in the database first.");
    database_.run("delete from databases where name=?", name);
    return "{}";
  }
  if (op != "CreateDatabase" && op != "DescribeDatabase")
    return refuse("UnknownOperationException", fmt::format("{} is not served here.", op));
  return Object().raw("Database", show_database(name)).str();
}

auto Timestream::on_table(std::string_view op, json::Value request) -> Answer {
  auto const database = member_text(request, "DatabaseName");
  auto const name = member_text(request, "TableName");
  if (!has_database(database)) return missing("database", database);
  bool const exists = has_table(database, name);
  if (op == "CreateTable") {
    if (!is_name(name))
      return invalid("The table name must have 3 to 256 letters, digits, '-', '_', '.'");
    if (exists)
      return refuse("ConflictException", fmt::format("The table {} already exists.", name));
    database_.run("insert into tables values(?,?,?)", database, name, scope_.now());
  } else if (!exists) {
    return missing("table", name);
  }
  if (op == "DeleteTable") {
    database_.run("delete from records where database=? and \"table\"=?", database, name);
    database_.run("delete from tables where database=? and name=?", database, name);
    return "{}";
  }
  if (op != "CreateTable" && op != "DescribeTable")
    return refuse("UnknownOperationException", fmt::format("{} is not served here.", op));
  return Object().raw("Table", show_table(database, name)).str();
}

auto Timestream::list(std::string_view op, json::Value request) -> Answer {
  auto const max = std::clamp<std::int64_t>(member_int(request, "MaxResults").value_or(20), 1, 20);
  auto const after = member_text(request, "NextToken");
  auto const of = member_text(request, "DatabaseName");
  bool const is_tables = op == "ListTables";
  if (is_tables && !of.empty() && !has_database(of)) return missing("database", of);
  std::string out = "[", last, token;
  std::int64_t count = 0;
  auto rows = is_tables
                  ? database_.query(
                        "select database,name,database||'/'||name as place from tables where "
                        "(?='' or database=?) and place>? order by place",
                        of, of, after)
                  : database_.query(
                        "select name,name,name from databases where name>? order by name", after);
  while (rows.next()) {
    if (count++ == max) {
      token = last;
      break;
    }
    last = rows.string(2);
    append_element(out, is_tables ? show_table(rows.string(0), rows.string(1))
                                  : show_database(rows.string(0)));
  }
  Object answer;
  answer.raw(is_tables ? "Tables" : "Databases", out + "]");
  if (!token.empty()) answer.text("NextToken", token);
  return answer.str();
}

}  // namespace treadle::targets
