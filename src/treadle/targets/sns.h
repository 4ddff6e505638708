// SNS: topics. Source: Amazon SNS API reference; developer guide, "Message filtering".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/net/http_server.h"
#include "treadle/targets/deliveries.h"
#include "treadle/targets/message.h"
#include "treadle/targets/sqs.h"
#include "treadle/targets/targets.h"
#include "treadle/targets/worker.h"

namespace treadle::targets {

extern char const* const kSnsSchema;

class Sns {
 public:
  Sns(Worker& worker, Scope scope, Sqs& sqs, Deliveries& deliveries)
      : worker_(worker),
        database_(worker.database()),
        scope_(scope),
        sqs_(sqs),
        deliveries_(deliveries) {}

  void make(std::vector<std::string> const& topics,
            std::vector<SubscriptionSetup> const& subscriptions);  // where they are missing

  void handle(net::Request&& request, net::Responder responder);  // any thread

  struct Message {
    std::string text;
    std::string subject{};
    std::string attributes = "{}";  // {name: {DataType, StringValue, BinaryValue}}
    std::string structure{};
    std::string group{};
    std::string dedup{};
  };
  // Publish's answer. On the worker's thread.
  [[nodiscard]] auto publish(std::string_view topic_arn, Message const& message) -> Answer;

 private:
  struct Subscription {
    std::string arn, protocol, endpoint;
    bool is_raw = false;
    std::string filter_policy, filter_scope, redrive_policy;
  };
  struct Post;  // a message with its id

  [[nodiscard]] auto dispatch(Form const& form) -> Answer;
  [[nodiscard]] auto create_topic(Form const& form) -> Answer;
  [[nodiscard]] auto list(Form const& form) -> Answer;
  [[nodiscard]] auto subscribe(Form const& form) -> Answer;
  [[nodiscard]] auto subscription_attributes(Form const& form) -> Answer;
  [[nodiscard]] auto topic_attributes(Form const& form) -> Answer;
  [[nodiscard]] auto publish_form(Form const& form) -> Answer;
  [[nodiscard]] auto publish_batch(Form const& form) -> Answer;
  void deliver(Subscription const& to, Post const& post);
  [[nodiscard]] auto passes(Subscription const& to, Post const& post) const -> bool;
  [[nodiscard]] auto envelope(Subscription const& to, Post const& post) const -> std::string;

  [[nodiscard]] auto has_topic(std::string_view arn) -> bool;
  [[nodiscard]] auto attribute(std::string_view owner, std::string_view name) -> std::string;
  void set_attribute(std::string_view owner, std::string_view name, std::string_view value);
  [[nodiscard]] auto arn(std::string_view topic) const -> std::string;

  Worker& worker_;
  Database& database_;
  Scope scope_;
  Sqs& sqs_;
  Deliveries& deliveries_;
};

}  // namespace treadle::targets
