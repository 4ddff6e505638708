// What leaves the services: kept on disk until it has arrived, tried again with growing pauses.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "treadle/targets/message.h"
#include "treadle/targets/targets.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

extern char const* const kDeliveriesSchema;

// On the worker's thread.
class Deliveries {
 public:
  // `bury` gets the payload of what was given up, with the ARN of its dead-letter queue.
  // `time_scale` multiplies the pauses.
  Deliveries(Worker& worker, Scope scope, double time_scale, Deliver deliver,
             std::function<void(std::string_view queue_arn, std::string_view payload)> bury);
  ~Deliveries();

  void add(Delivery const& delivery, std::string_view dead_letter_queue);
  void start();  // any thread

 private:
  struct Link;
  void pump();
  void begin(std::int64_t row, Delivery delivery);
  void finish(std::int64_t row, bool has_arrived);
  void give_up(std::int64_t row);

  Worker& worker_;
  Database& database_;
  Scope scope_;
  double time_scale_;
  Deliver deliver_;
  std::function<void(std::string_view, std::string_view)> bury_;
  std::shared_ptr<Link> link_;
  std::set<std::int64_t> under_way_;
  bool is_started_ = false;
};

}  // namespace treadle::targets
