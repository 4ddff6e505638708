// The AWS services that treadle answers itself, so that workflows run with nothing else: S3, SQS, SNS,
// EventBridge and Timestream's write side, with AWS's protocols and durable in a data directory.
// Source: the services' API references.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/base/clock.h"
#include "treadle/base/result.h"
#include "treadle/net/http_message.h"
#include "treadle/net/http_server.h"

namespace treadle::targets {

// Never blocks; may answer on any thread, at once or later. Checks no signature: who reaches it was
// let in before.
using Service = std::function<void(net::Request&&, net::Responder)>;

// Something that leaves these services.
struct Delivery {
  enum class Kind : std::uint8_t { kStateMachine, kFunction, kHttp };
  Kind kind = Kind::kHttp;
  std::string target;      // an ARN; of kHttp a URL
  std::string payload;     // JSON: the input, the event, the body
  net::Headers headers{};  // of kHttp, Content-Type included
  // The same each time that this delivery is tried.
  std::string id;
};
// Reports once whether it arrived; any thread, perhaps before it returns. Called on a worker's thread;
// must not block. Deliveries are repeated until one arrives or the attempts are used up.
using Deliver = std::function<void(Delivery, std::move_only_function<void(bool)> done)>;

struct QueueSetup {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;  // as SetQueueAttributes has them
};
struct SubscriptionSetup {
  std::string topic;     // its name
  std::string protocol;  // sqs, lambda, http, https
  std::string endpoint;  // an ARN or a URL
  bool is_raw = false;
  std::string filter_policy;  // JSON; empty: none
};
struct TargetSetup {
  std::string arn;  // an ARN, or a URL
  std::string input;
  std::string input_path;
  std::string input_transformer;  // JSON as PutTargets has it; empty: none
};
struct RuleSetup {
  std::string name;
  std::string bus = "default";
  std::string pattern;  // JSON
  std::vector<TargetSetup> targets;
};
struct TableSetup {
  std::string database;
  std::string table;  // empty: the database alone
};

// What exists from the start. What is named here is made where it is missing; rules that an earlier
// start made and that are named no more are removed.
struct Setup {
  std::vector<std::string> buckets{};
  std::vector<QueueSetup> queues{};
  std::vector<std::string> topics{};
  std::vector<SubscriptionSetup> subscriptions{};
  std::vector<std::string> buses{};
  std::vector<RuleSetup> rules{};
  std::vector<TableSetup> tables{};
};

struct Options {
  // Made where it is missing; empty: a temporary folder that goes with the object.
  std::filesystem::path data;
  std::string region = "us-east-1";
  std::string account = "123456789012";
  Clock const* clock = nullptr;  // outlives the object
  Random* random = nullptr;      // any thread; outlives the object
  Setup setup{};
  Deliver deliver{};                // empty: deliveries wait
  double time_scale = 1.0;          // multiplies the pauses between attempts of a delivery
  std::size_t queue_max = 1'000;    // requests that wait for a worker; beyond: throttled
  std::size_t events_max = 10'000;  // kept in the log of events
};

class Targets {
 public:
  // Opens or makes the data. An error is for the operator.
  [[nodiscard]] static auto open(Options options) -> Result<std::unique_ptr<Targets>, std::string>;
  Targets(Targets const&) = delete;
  auto operator=(Targets const&) -> Targets& = delete;
  // Ends the workers; requests that wait are answered 500. Deliveries that are out may report later.
  ~Targets();

  // "s3", "sqs", "sns", "eventbridge", "timestreamwrite"; an empty function for any other. Valid
  // as long as the object.
  [[nodiscard]] auto service(std::string_view id) const -> Service;
  // GET /v1/events: the newest events as {"events":[...]}, `limit` of them (100, at most 1,000).
  [[nodiscard]] auto event_log() const -> Service;
  // Answers the receives that wait for messages, with none, and lets no more wait.
  void release_waiters();
  // Begins to deliver. Once.
  void start();

 private:
  struct Impl;
  explicit Targets(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Which of the services a request on a shared port is for; nullopt where it is for none of them.
[[nodiscard]] auto service_of(net::Request const& request) -> std::optional<std::string_view>;
// GET /v1/events, which is event_log()'s; for service_of() it may be anybody's.
[[nodiscard]] auto is_event_log(net::Request const& request) -> bool;
// How large the body of a request with this head may be; 0: as on the rest of the port.
[[nodiscard]] auto body_bytes_max(net::Request const& head) -> std::size_t;
// A refusal from before the service saw the request, in the form of the service's own.
[[nodiscard]] auto refusal(net::Request const& request, int status, std::string code,
                           std::string message) -> net::Response;
// What signatures call a service: "events" for "eventbridge", "timestream" for "timestreamwrite".
[[nodiscard]] auto signing_name(std::string_view id) -> std::string_view;

}  // namespace treadle::targets
