#include "apps/treadle/deliveries.h"

#include <utility>

#include "treadle/api/object_writer.h"
#include "treadle/base/log.h"

namespace treadle::app {
namespace {

void say_refused(targets::Delivery const& delivery, std::string_view why) {
  log(LogLevel::kWarning, "a delivery was refused", {{"target", delivery.target}, {"cause", why}});
}

}  // namespace

Deliveries::Deliveries(api::HttpApi& api, integrations::Connector& functions,
                       integrations::HttpCaller& http, Random& random, std::string region)
    : api_(api), functions_(functions), http_(http), random_(random), region_(std::move(region)) {}

void Deliveries::deliver(targets::Delivery delivery, Done done) {
  switch (delivery.kind) {
    case targets::Delivery::Kind::kStateMachine: return start(delivery, std::move(done));
    case targets::Delivery::Kind::kFunction: return invoke(std::move(delivery), std::move(done));
    case targets::Delivery::Kind::kHttp: return post(std::move(delivery), std::move(done));
  }
}

auto Deliveries::next_call() -> integrations::CallId {
  return {.execution = {random_.next_u64(), random_.next_u64()}, .history_id = 0};
}

void Deliveries::start(targets::Delivery const& delivery, Done done) {
  api::ObjectWriter body;
  body.text("stateMachineArn", delivery.target)
      .text("name", delivery.id)
      .text("input", delivery.payload);
  net::Request request;
  request.method = "POST";
  request.target = "/";
  request.headers.set("X-Amz-Target", "AWSStepFunctions.StartExecution");
  request.headers.set("Content-Type", "application/x-amz-json-1.0");
  request.body = body.take();
  api_.handle_own(std::move(request),
                  net::Responder::to([delivery, done = std::move(done)](net::Response&& r) mutable {
                    // It was started before, and has ended meanwhile.
                    bool const repeated =
                        r.headers.find("x-amzn-ErrorType") == "ExecutionAlreadyExists";
                    bool const ok = r.status == 200 || repeated;
                    if (!ok) say_refused(delivery, r.body);
                    done(ok);
                  }));
}

void Deliveries::invoke(targets::Delivery delivery, Done done) {
  auto resource = std::make_shared<asl::Resource>();
  resource->kind = asl::ResourceKind::kLambdaFunction;
  resource->text = delivery.target;
  integrations::TaskCall call;
  call.id = next_call();
  call.resource = std::move(resource);
  call.parameters = delivery.payload;
  call.idempotency_key = delivery.id;
  call.region = region_;
  functions_.invoke(std::move(call), [delivery = std::move(delivery), done = std::move(done)](
                                         integrations::CallResult result) mutable {
    auto const* const failed = std::get_if<integrations::CallFailed>(&result);
    if (failed != nullptr) say_refused(delivery, failed->error.cause);
    done(failed == nullptr);
  });
}

void Deliveries::post(targets::Delivery delivery, Done done) {
  net::ClientRequest request{
      .url = delivery.target, .headers = delivery.headers, .body = delivery.payload};
  http_.send(next_call(), std::move(request),
             [delivery = std::move(delivery),
              done = std::move(done)](integrations::HttpOutcome const& outcome) mutable {
               bool const ok = outcome && *outcome && (*outcome)->status < 300;
               if (outcome && !*outcome) say_refused(delivery, outcome->error().message);
               if (outcome && *outcome && !ok)
                 say_refused(delivery, std::to_string((*outcome)->status));
               done(ok);
             });
}

}  // namespace treadle::app
