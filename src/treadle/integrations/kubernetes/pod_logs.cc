#include "treadle/integrations/kubernetes/pod_logs.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/limits.h"
#include "treadle/integrations/http_metadata.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::kubernetes {
namespace {

auto flag(json::Value object, std::string_view name) -> bool {
  auto const* const found = object.find(name);
  return found != nullptr && found->is_bool() && found->as_bool();
}

auto named(json::Value object) -> std::string {
  return optimized::text_member(object, "name").value_or("");
}

struct Container {
  std::string pod;
  std::string name;
};

// Of a list of pods, in its order.
auto containers_in(json::Value list) -> std::vector<Container> {
  std::vector<Container> found;
  auto const* const pods = list.find("items");
  if (pods == nullptr || !pods->is_array()) return found;
  for (auto const pod : pods->elements()) {
    auto const* const metadata = pod.find("metadata");
    auto const* const spec = pod.find("spec");
    auto const* const containers = spec != nullptr ? spec->find("containers") : nullptr;
    if (metadata == nullptr || containers == nullptr || !containers->is_array()) continue;
    for (auto const container : containers->elements())
      found.push_back({.pod = named(*metadata), .name = named(container)});
  }
  return found;
}

class Reader : public std::enable_shared_from_this<Reader> {
 public:
  Reader(ClusterClient& client, TaskCall call, WantedLogs wanted,
         std::move_only_function<void(std::string)> done)
      : client_(client),
        call_(std::move(call)),
        wanted_(std::move(wanted)),
        done_(std::move(done)) {}

  void begin() {
    send(with_query(pods_target(), {{"labelSelector", "job-name=" + wanted_.job.name}}),
         [self = shared_from_this()](ClusterClient::Answer const& answer) {
           self->got_pods(answer);
         });
  }

 private:
  [[nodiscard]] auto pods_target() const -> std::string {
    return fmt::format("/api/v1/namespaces/{}/pods", net::percent_encode(wanted_.job.space));
  }

  void send(std::string target, ClusterClient::Done done) {
    client_.send(call_, {.cluster = wanted_.cluster, .target = std::move(target)}, std::move(done));
  }

  void got_pods(ClusterClient::Answer const& answer) {
    auto const result = answer ? to_result(call_, *answer) : CallResult(answer.error());
    if (auto const* const failed = std::get_if<CallFailed>(&result))
      return std::exchange(done_, nullptr)(json::print(problem(failed->error)));
    if (auto const list = json::parse(arena_, answer->body)) containers_ = containers_in(*list);
    next();
  }

  void next() {
    if (at_ == containers_.size() || bytes_ > limits::kPayloadBytes) return finish();
    auto query = wanted_.options.parameters;
    query.push_back({"container", containers_[at_].name});
    send(
        with_query(pods_target() + '/' + net::percent_encode(containers_[at_].pod) + "/log", query),
        [self = shared_from_this()](ClusterClient::Answer const& answer) {
          self->logs_.push_back(self->log_of(answer));
          ++self->at_;
          self->next();
        });
  }

  auto log_of(ClusterClient::Answer const& answer) -> json::Value {
    auto const result = answer ? to_result(call_, *answer) : CallResult(answer.error());
    if (auto const* const failed = std::get_if<CallFailed>(&result)) return problem(failed->error);
    bytes_ += answer->body.size();
    auto const parsed = json::parse_copy(arena_, answer->body);
    json::Member const shown[] = {{"log", parsed && !wanted_.options.are_raw
                                              ? *parsed
                                              : json::make_string(arena_, to_utf8(answer->body))}};
    return json::make_object(arena_, shown);
  }

  auto problem(Error const& error) -> json::Value {
    json::Member const shown[] = {{"error", json::make_string(arena_, error.name)},
                                  {"cause", json::make_string(arena_, error.cause)}};
    return json::make_object(arena_, shown);
  }

  void finish() {
    std::vector<json::Member> pods;
    for (std::size_t i = 0; i < logs_.size();) {
      auto const& pod = containers_[i].pod;
      std::vector<json::Member> containers;
      for (; i < logs_.size() && containers_[i].pod == pod; ++i)
        containers.push_back({containers_[i].name, logs_[i]});
      json::Member const of_pod[] = {{"containers", json::make_object(arena_, containers)}};
      pods.push_back({pod, json::make_object(arena_, of_pod)});
    }
    json::Member const all[] = {{"pods", json::make_object(arena_, pods)}};
    std::exchange(done_, nullptr)(json::print(json::make_object(arena_, all)));
  }

  ClusterClient& client_;
  TaskCall const call_;
  WantedLogs const wanted_;
  std::move_only_function<void(std::string)> done_;
  json::Arena arena_;
  std::vector<Container> containers_;
  std::vector<json::Value> logs_;  // of the first of them
  std::size_t at_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

auto read_log_options(json::Value parameters) -> Checked<std::optional<LogOptions>> {
  auto const* const given = parameters.find("LogOptions");
  if (given == nullptr || given->is_null()) return std::nullopt;
  if (!given->is_object()) return std::unexpected("The field 'LogOptions' must be an object");
  LogOptions options{.are_wanted = flag(*given, "RetrieveLogs"),
                     .are_raw = flag(*given, "RawLogs")};
  if (auto const* const query = given->find("LogParameters"))
    options.parameters = TRY(optimized::read_query(*query));
  return options;
}

void read_pod_logs(ClusterClient& client, TaskCall const& call, WantedLogs wanted,
                   std::move_only_function<void(std::string)> done) {
  std::make_shared<Reader>(client, call, std::move(wanted), std::move(done))->begin();
}

}  // namespace treadle::integrations::kubernetes
