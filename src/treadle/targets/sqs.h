// SQS: queues. Source: Amazon SQS API reference; developer guide, "Calculating the MD5 message digest".
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"
#include "treadle/net/http_server.h"
#include "treadle/targets/message.h"
#include "treadle/targets/targets.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

extern char const* const kSqsSchema;

// A message on its way into a queue.
struct Outgoing {
  std::string body;
  std::string attributes = "{}";  // MessageAttributes, JSON
  std::string group{};
  std::string dedup{};
  std::int64_t delay_seconds = -1;  // -1: the queue's
};

class Sqs {
 public:
  Sqs(Worker& worker, Scope scope) : worker_(worker), database_(worker.database()), scope_(scope) {}

  void make(std::vector<QueueSetup> const& queues);  // where they are missing

  void handle(net::Request&& request, net::Responder responder);  // any thread

  // From now on nobody waits for a message. Any thread.
  void release_waiters();

  // The rest on the worker's thread.
  // SendMessage's answer.
  [[nodiscard]] auto send(std::string_view queue, Outgoing const& message) -> Answer;
  [[nodiscard]] auto queue_of_arn(std::string_view arn) const -> std::string_view;

 private:
  using Attributes = std::map<std::string, std::string, std::less<>>;
  struct Call {
    std::string operation;
    std::string host;
    json::Value request;
    bool is_query = false;
    std::string id;
  };
  struct Exchange;  // a request until it is answered
  struct Waiting {
    std::shared_ptr<Exchange> exchange;
    Worker::Time until;
  };
  // The receives that wait at one queue, the oldest first, and the timer for them.
  struct Waiters {
    std::list<Waiting> all;
    Worker::Time armed = Worker::Time::max();  // when the next wake() comes
  };

  void run(std::shared_ptr<Exchange> const& exchange);
  void receive(std::shared_ptr<Exchange> const& exchange);
  void wake(std::string const& queue);
  void arm(std::string const& queue);
  void answer(Exchange& exchange, Answer const& answer);
  [[nodiscard]] static auto response_of(Call const& call, Answer const& given) -> net::Response;

  [[nodiscard]] auto dispatch(Call const& call) -> Answer;
  [[nodiscard]] auto create_queue(Call const& call) -> Answer;
  [[nodiscard]] auto list_queues(Call const& call) -> Answer;
  [[nodiscard]] auto get_attributes(std::string_view queue, Call const& call) -> Answer;
  [[nodiscard]] auto set_attributes(std::string_view queue, json::Value attributes) -> Answer;
  [[nodiscard]] auto send_one(std::string_view queue, json::Value request) -> Answer;
  [[nodiscard]] auto delete_one(std::string_view queue, json::Value request) -> Answer;
  [[nodiscard]] auto change_one(std::string_view queue, json::Value request) -> Answer;
  [[nodiscard]] auto batch(std::string_view queue, Call const& call) -> Answer;
  [[nodiscard]] auto take(std::string_view queue, json::Value request) -> std::string;
  void move_dead(std::string_view queue, Attributes const& attributes);
  void drop_old(std::string_view queue, Attributes const& attributes);

  [[nodiscard]] auto has_queue(std::string_view name) -> bool;
  [[nodiscard]] auto queue_of(json::Value request) -> std::expected<std::string, Problem>;
  [[nodiscard]] auto load(std::string_view queue) -> Attributes;
  [[nodiscard]] auto url(Call const& call, std::string_view queue) const -> std::string;
  [[nodiscard]] auto arn(std::string_view queue) const -> std::string;

  Worker& worker_;
  Database& database_;
  Scope scope_;
  std::map<std::string, Waiters, std::less<>> waiting_;  // by queue
  std::size_t waiting_count_ = 0;
  bool is_released_ = false;
};

// "" of no attributes.
[[nodiscard]] auto md5_of_attributes(json::Value attributes) -> std::string;
// A request of the query protocol as the JSON protocol has it.
[[nodiscard]] auto sqs_request_of_form(Form const& form) -> std::string;
// An answer as the query protocol has it.
[[nodiscard]] auto sqs_xml(std::string_view operation, json::Value answer) -> std::string;

}  // namespace treadle::targets
