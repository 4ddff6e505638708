#include "treadle/targets/deliveries.h"

#include <algorithm>
#include <mutex>

#include "treadle/base/log.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::targets {

char const* const kDeliveriesSchema = R"(
create table if not exists deliveries(row integer primary key autoincrement, id text not null,
  kind integer not null, target text not null, payload text not null, headers text not null,
  attempts integer not null, due integer not null, dead_letters text not null);
create index if not exists deliveries_by_time on deliveries(due);
)";

namespace {
constexpr std::size_t kUnderWayMax = 32;
constexpr std::int64_t kWaitingMax = 100'000;
constexpr std::int64_t kAttemptsMax = 8;
constexpr std::int64_t kPauseMax = 60'000;  // milliseconds
}  // namespace

// What a report reaches this through; it may come when this is gone.
struct Deliveries::Link {
  std::mutex mutex;
  Deliveries* self = nullptr;
};

Deliveries::Deliveries(Worker& worker, Scope scope, double time_scale, Deliver deliver,
                       std::function<void(std::string_view, std::string_view)> bury)
    : worker_(worker),
      database_(worker.database()),
      scope_(scope),
      time_scale_(time_scale),
      deliver_(std::move(deliver)),
      bury_(std::move(bury)),
      link_(std::make_shared<Link>()) {
  link_->self = this;
}

Deliveries::~Deliveries() {
  std::lock_guard const lock(link_->mutex);
  link_->self = nullptr;
}

void Deliveries::add(Delivery const& delivery, std::string_view dead_letter_queue) {
  {
    auto rows = database_.query("select count(*) from deliveries");
    if (rows.next() && rows.integer(0) >= kWaitingMax) {
      log(LogLevel::kError, "a delivery was dropped: too many wait", {{"target", delivery.target}});
      return;
    }
  }
  Object headers;
  for (auto const& [name, value] : delivery.headers) headers.text(name, value);
  database_.run(
      "insert into deliveries(id,kind,target,payload,headers,attempts,due,dead_letters) "
      "values(?,?,?,?,?,0,?,?)",
      delivery.id.empty() ? scope_.uuid() : delivery.id, static_cast<int>(delivery.kind),
      delivery.target, delivery.payload, headers.str(), scope_.now(), dead_letter_queue);
  if (is_started_) worker_.run_at(Worker::Time::min(), [this] { pump(); });
}

void Deliveries::start() {
  if (!deliver_) return;
  worker_.post_own([this] {
    is_started_ = true;
    pump();
  });
}

void Deliveries::pump() {
  auto const now = scope_.now();
  auto rows = database_.query(
      "select row,id,kind,target,payload,headers,due from deliveries order by due limit 100");
  while (rows.next() && under_way_.size() < kUnderWayMax) {
    auto const row = rows.integer(0);
    if (under_way_.contains(row)) continue;
    if (rows.integer(6) > now) {
      worker_.run_at(
          std::chrono::steady_clock::now() + std::chrono::milliseconds(rows.integer(6) - now),
          [this] { pump(); });
      return;
    }
    Delivery delivery{.kind = static_cast<Delivery::Kind>(rows.integer(2)),
                      .target = rows.string(3),
                      .payload = rows.string(4),
                      .id = rows.string(1)};
    json::Arena arena;
    if (auto const headers = json::parse(arena, rows.text(5)))
      for (auto const& [name, value] : headers->members())
        delivery.headers.add(name, value.as_string());
    under_way_.insert(row);
    begin(row, std::move(delivery));
  }
}

// Once the row is on disk.
void Deliveries::begin(std::int64_t row, Delivery delivery) {
  worker_.after_commit([this, row, delivery = std::move(delivery)](bool is_committed) mutable {
    if (!is_committed) {
      under_way_.erase(row);
      return;
    }
    deliver_(std::move(delivery), [link = link_, row](bool has_arrived) {
      std::lock_guard const lock(link->mutex);
      if (link->self == nullptr) return;
      auto* const self = link->self;
      self->worker_.post_own([self, row, has_arrived] { self->finish(row, has_arrived); });
    });
  });
}

void Deliveries::finish(std::int64_t row, bool has_arrived) {
  under_way_.erase(row);
  if (has_arrived) {
    database_.run("delete from deliveries where row=?", row);
    return pump();
  }
  std::int64_t attempts = 1;
  {
    auto rows = database_.query("select attempts from deliveries where row=?", row);
    if (rows.next()) attempts = rows.integer(0) + 1;
  }
  if (attempts >= kAttemptsMax) {
    give_up(row);
  } else {
    auto const pause = static_cast<std::int64_t>(
        static_cast<double>(std::min(kPauseMax, std::int64_t{500} << attempts)) * time_scale_);
    database_.run("update deliveries set attempts=?, due=? where row=?", attempts,
                  scope_.now() + pause, row);
  }
  pump();
}

void Deliveries::give_up(std::int64_t row) {
  auto rows =
      database_.query("select target,payload,dead_letters from deliveries where row=?", row);
  if (rows.next()) {
    log(LogLevel::kWarning, "a delivery was given up", {{"target", rows.text(0)}});
    if (!rows.text(2).empty()) bury_(rows.text(2), rows.text(1));
  }
  database_.run("delete from deliveries where row=?", row);
}

}  // namespace treadle::targets
