#include "apps/treadle/bench_landed.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_messages.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"
#include "treadle/targets/database.h"
#include "treadle/targets/message.h"
#include "treadle/targets/xml_tree.h"

namespace treadle::app {
namespace {

auto open(std::filesystem::path const& file) -> std::unique_ptr<targets::Database> {
  auto opened = targets::Database::open(file, "");
  if (!opened) give_up(opened.error());
  return std::move(*opened);
}

// Which messages of a kind have been seen.
class Seen {
 public:
  Seen(MessageKind kind, std::uint64_t messages, std::string_view what)
      : kind_(kind), what_(what), seen_(messages) {}

  void mark(std::uint64_t number) {
    if (number >= seen_.size() || kind_of(number) != kind_)
      give_up(fmt::format("{} {} is of no message", what_, number));
    if (seen_[number]) give_up(fmt::format("{} {} is there twice", what_, number));
    seen_[number] = true;
    ++count_;
  }
  void expect(std::uint64_t number, std::string_view part, std::string_view is,
              std::string_view wanted) const {
    if (is != wanted)
      give_up(fmt::format("{} {}: its {} is\n{}\ninstead of\n{}", what_, number, part, is, wanted));
  }
  [[nodiscard]] auto finish() const -> std::uint64_t {
    if (auto const wanted = count_of(kind_, seen_.size()); count_ != wanted)
      give_up(fmt::format("{} of {} {}s are there", count_, wanted, what_));
    return count_;
  }

 private:
  MessageKind const kind_;
  std::string_view const what_;
  std::vector<bool> seen_;
  std::uint64_t count_ = 0;
};

// Calls of a service of this process, several at a time, on threads of its own.
class Calls {
 public:
  explicit Calls(targets::Service service) : service_(std::move(service)) {}

  // `done` gets the body; any other status than 200 ends the process.
  void get(std::string target, std::function<void(std::string)> done) {
    net::Request request;
    request.method = "GET";
    request.target = std::move(target);
    request.headers.add("Host", "s3.localhost");
    request.id = net::make_request_id();
    {
      std::lock_guard const lock(mutex_);
      ++open_;
    }
    service_(std::move(request),
             net::Responder::to([this, done = std::move(done)](net::Response&& response) {
               std::lock_guard const lock(mutex_);
               if (response.status != 200) give_up("S3 says " + response.body);
               done(std::move(response.body));
               if (--open_ == 0) idle_.notify_all();
             }));
  }
  void wait() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  targets::Service service_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t open_ = 0;  // guarded by mutex_
};

}  // namespace

auto check_records(std::filesystem::path const& folder, std::uint64_t messages) -> std::uint64_t {
  Seen seen(MessageKind::kMetric, messages, "record");
  auto const database = open(folder / "timestream.db");
  auto rows = database->query(
      "select time,measure_name,measure_value,dimensions,database||'/'||\"table\" from records");
  while (rows.next()) {
    auto const number = number_of_time(rows.integer(0));
    auto const wanted = expected_record(number);
    seen.mark(number);
    seen.expect(number, "time", rows.text(0), std::to_string(wanted.time));
    seen.expect(number, "measure", rows.text(1), wanted.name);
    seen.expect(number, "value", rows.text(2), wanted.value);
    seen.expect(number, "dimensions", rows.text(3), wanted.dimensions);
    seen.expect(number, "table", rows.text(4), fmt::format("{}/{}", kDatabase, kTable));
  }
  return seen.finish();
}

auto event_mark(std::uint64_t number, std::string_view event_id) -> std::uint64_t {
  return std::hash<std::string_view>()(event_id) * (2 * number + 1);
}

auto check_events(std::filesystem::path const& folder, std::uint64_t messages) -> LandedEvents {
  Seen seen(MessageKind::kEvent, messages, "event");
  LandedEvents out;
  auto const database = open(folder / "messages.db");
  auto rows = database->query("select id,bus,source,detail_type,event from events");
  json::Arena arena;
  while (rows.next()) {
    arena.reset();
    auto const event = json::parse(arena, rows.text(4));
    auto const* const detail = event ? event->find("detail") : nullptr;
    if (detail == nullptr) give_up(fmt::format("an event without a detail: {}", rows.text(4)));
    auto const seq = targets::member_int(*detail, "seq").value_or(-1);
    auto const number = static_cast<std::uint64_t>(seq);
    seen.mark(number);
    seen.expect(number, "detail", json::print(*detail), expected_detail(number));
    seen.expect(number, "bus", rows.text(1), "default");
    seen.expect(number, "source", targets::member_text(*event, "source"), kSource);
    seen.expect(number, "type", rows.text(3), "seen");
    out.ids += event_mark(number, rows.text(0));
  }
  out.count = seen.finish();
  return out;
}

auto check_objects(targets::Targets const& targets, std::uint64_t messages) -> std::uint64_t {
  Seen seen(MessageKind::kDump, messages, "object");
  Calls calls(targets.service("s3"));
  std::string const root = fmt::format("/{}", kBucket);
  std::string token;
  do {
    auto target = root + "?list-type=2&max-keys=500";
    if (!token.empty())
      target += "&continuation-token=" + net::percent_encode(token, net::Slash::kEncode);
    std::string page;
    calls.get(std::move(target), [&page](std::string body) { page = std::move(body); });
    calls.wait();
    auto const listing = targets::parse_xml(page);
    if (!listing) give_up("S3 lists what is no XML: " + page);
    for (auto const& child : listing->children) {
      if (child.name != "Contents") continue;
      auto const key = child.text_of("Key");
      auto const number = number_of_key(key);
      seen.mark(number);
      seen.expect(number, "key", key, expected_key(number));
      calls.get(fmt::format("{}/{}", root, key), [&seen, number](std::string const& body) {
        seen.expect(number, "body", body, expected_object(number));
      });
    }
    calls.wait();
    token = listing->text_of("NextContinuationToken");
  } while (!token.empty());
  return seen.finish();
}

}  // namespace treadle::app
