// P2, P3: Express executions over HTTP, beside an echo of the same bodies by the same server. Client and
// server share the machine; the client's CPU is taken out of what an execution costs.

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "apps/treadle/bench.h"
#include "apps/treadle/bench_pipeline.h"
#include "apps/treadle/http_load.h"
#include "apps/treadle/node.h"
#include "treadle/api/http_api.h"
#include "treadle/api/object_writer.h"
#include "treadle/net/http_server.h"
#include "treadle/net/sigv4.h"

namespace treadle::app {
namespace {

constexpr std::string_view kMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:proxy";
constexpr std::size_t kHttp1Connections = 64;
constexpr std::size_t kHttp2Connections = 8;
constexpr std::size_t kHttp2Streams = 16;  // of each

// Both APIs, with keys and without, and the echo, on the loops of one node.
class Bench {
 public:
  explicit Bench(std::string const& directory) {
    auto node = Node::open({.data = directory,
                            .functions = {},
                            .function_environment = {},
                            .engine = {},
                            .fail_stop = [](std::string const& why) { give_up(why); }});
    if (!node) give_up(node.error());
    node_ = std::move(*node);
    open_api_ = std::make_unique<api::HttpApi>(node_->api_services(), api::HttpApiOptions{});
    api::HttpApiOptions with_keys;
    with_keys.access_keys =
        std::make_unique<api::AccessKeys const>(std::vector{key()}, "us-east-1");
    signed_api_ = std::make_unique<api::HttpApi>(node_->api_services(), std::move(with_keys));
    echo_ = listen([](net::Request&& request, net::Responder responder) {
      responder.send({.body = std::move(request.body)});
    });
    open_ = listen([this](net::Request&& request, net::Responder responder) {
      open_api_->handle(std::move(request), std::move(responder));
    });
    signed_ = listen([this](net::Request&& request, net::Responder responder) {
      signed_api_->handle(std::move(request), std::move(responder));
    });
    node_->start();
    create_machine();
  }
  ~Bench() {
    for (auto* const server : {echo_.get(), open_.get(), signed_.get()}) {
      std::promise<void> stopped;
      server->stop(std::chrono::seconds(5), [&stopped] { stopped.set_value(); });
      stopped.get_future().wait();
    }
    node_->stop();
  }

  auto echo(LoadOptions options) -> LoadResult {
    options.port = echo_->port();
    options.expected = kMachineArn;
    return run_load(options);
  }
  auto executions(LoadOptions options, std::string_view expected) -> LoadResult {
    options.port = open_->port();
    options.expected = expected;
    return run_load(options);
  }
  auto signed_executions(LoadOptions options, std::string_view expected) -> LoadResult {
    options.port = signed_->port();
    options.expected = expected;
    net::sign({.method = "POST", .target = "/", .body = options.body}, options.headers,
              {.access_key_id = key().id, .secret_access_key = key().secret, .session_token = {}},
              {.region = "us-east-1", .service = "states"}, node_->clock().now());
    return run_load(options);
  }

 private:
  static auto key() -> net::AccessKey {
    return {.id = "AKIDBENCH", .secret = "bench-secret", .actions = {}, .resources = {}};
  }
  auto listen(net::HttpServer::Handler handler) -> std::unique_ptr<net::HttpServer> {
    auto server = net::HttpServer::listen(node_->loops(), {}, std::move(handler));
    if (!server) give_up(server.error());
    return std::move(*server);
  }
  void create_machine() {
    std::promise<net::Response> answered;
    auto request = net::Request{.method = "POST", .target = "/", .remote = "127.0.0.1", .id = {}};
    request.headers = {{"Host", "localhost"},
                       {"Content-Type", "application/x-amz-json-1.0"},
                       {"X-Amz-Target", "AWSStepFunctions.CreateStateMachine"}};
    request.body = api::ObjectWriter()
                       .text("name", "proxy")
                       .text("type", "EXPRESS")
                       .text("roleArn", "arn:aws:iam::123456789012:role/bench")
                       .text("definition", proxy_definition())
                       .take();
    node_->loops().at(0).post([&] {
      open_api_->handle(std::move(request), net::Responder::to([&](net::Response&& response) {
                          answered.set_value(std::move(response));
                        }));
    });
    auto const response = answered.get_future().get();
    if (response.status != 200) give_up(response.body);
  }

  std::unique_ptr<Node> node_;
  std::unique_ptr<api::HttpApi> open_api_;
  std::unique_ptr<api::HttpApi> signed_api_;
  std::unique_ptr<net::HttpServer> echo_;
  std::unique_ptr<net::HttpServer> open_;
  std::unique_ptr<net::HttpServer> signed_;
};

auto load(Protocol protocol, std::string_view operation, BenchSettings const& settings)
    -> LoadOptions {
  LoadOptions options{.protocol = protocol, .seconds = settings.seconds};
  options.connections = protocol == Protocol::kHttp1 ? kHttp1Connections : kHttp2Connections;
  options.in_flight = protocol == Protocol::kHttp1 ? 1 : kHttp2Streams;
  options.headers = {{"Host", "localhost"},
                     {"Content-Type", "application/x-amz-json-1.0"},
                     {"X-Amz-Target", "AWSStepFunctions." + std::string(operation)}};
  options.body = api::ObjectWriter()
                     .text("stateMachineArn", kMachineArn)
                     .text("input", device_message("metric"))
                     .take();
  return options;
}

// The rounds of one load, and of the echo beside it.
struct Rounds {
  std::vector<LoadResult> results;
  std::vector<double> ratios;

  void add(LoadResult const& result, LoadResult const& echo) {
    results.push_back(result);
    ratios.push_back(result.per_second / echo.per_second);
  }
  [[nodiscard]] auto median(double LoadResult::* member) const -> double {
    std::vector<double> values;
    for (auto const& result : results) values.push_back(result.*member);
    std::ranges::sort(values);
    return values[values.size() / 2];
  }
  [[nodiscard]] auto median_ratio() const -> double {
    auto sorted = ratios;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

struct Wanted {
  std::string figure;
  std::string what;
  double ratio = 0;   // to the echo, at least; 0: none
  double cpu_us = 0;  // at most
};

void report(std::vector<Figure>& out, Rounds const& rounds, Wanted const& wanted) {
  auto const figure = [&](std::string const& what, double value, std::string unit) {
    return Figure{.figure = wanted.figure,
                  .what = wanted.what + ": " + what,
                  .value = value,
                  .unit = std::move(unit),
                  .limit_what = {},
                  .reach = "-",
                  .ok = true};
  };
  auto const rate = rounds.median(&LoadResult::per_second);
  if (wanted.ratio > 0) {
    out.push_back(beside(figure("rate", rate, "/s"), rate / rounds.median_ratio(),
                         "echo of the same body", Bound::kAtLeast, wanted.ratio));
  } else {
    out.push_back(figure("rate", rate, "/s"));
  }
  auto const cpu = figure("CPU, without the client's", rounds.median(&LoadResult::cpu_us), "us");
  out.push_back(wanted.cpu_us > 0 ? alone(cpu, Bound::kAtMost, wanted.cpu_us) : cpu);
  out.push_back(figure("CPU of the client", rounds.median(&LoadResult::client_cpu_us), "us"));
  out.push_back(figure("p50", rounds.median(&LoadResult::p50_us), "us"));
  out.push_back(figure("p99", rounds.median(&LoadResult::p99_us), "us"));
  out.push_back(figure("p99.9", rounds.median(&LoadResult::p999_us), "us"));
}

}  // namespace

auto bench_http(BenchSettings const& settings) -> std::vector<Figure> {
  constexpr std::string_view kSucceeded = R"("status":"SUCCEEDED")";
  constexpr std::string_view kStarted = R"("executionArn":)";
  Bench bench(settings.directory + "/http");
  auto const sync1 = load(Protocol::kHttp1, "StartSyncExecution", settings);
  auto const start1 = load(Protocol::kHttp1, "StartExecution", settings);
  auto const sync2 = load(Protocol::kHttp2, "StartSyncExecution", settings);
  Rounds over_http2;
  Rounds sync;
  Rounds start;
  Rounds sync_signed;
  Rounds echo1_rounds;
  Rounds echo2_rounds;
  for (int i = 0; i < settings.rounds; ++i) {
    auto const echo2 = bench.echo(sync2);
    over_http2.add(bench.executions(sync2, kSucceeded), echo2);
    auto const echo1 = bench.echo(sync1);
    sync.add(bench.executions(sync1, kSucceeded), echo1);
    start.add(bench.executions(start1, kStarted), echo1);
    sync_signed.add(bench.signed_executions(sync1, kSucceeded), echo1);
    echo1_rounds.add(echo1, echo1);
    echo2_rounds.add(echo2, echo2);
  }
  std::vector<Figure> out;
  report(out, echo2_rounds, {.figure = "P2", .what = "echo over h2c"});
  report(out, over_http2,
         {.figure = "P2", .what = "StartSyncExecution over h2c", .ratio = 0.35, .cpu_us = 10});
  report(out, echo1_rounds, {.figure = "P3", .what = "echo, HTTP/1.1"});
  report(out, sync,
         {.figure = "P3", .what = "StartSyncExecution, HTTP/1.1", .ratio = 0.55, .cpu_us = 13});
  report(out, start,
         {.figure = "P3", .what = "StartExecution, Express", .ratio = 0.65, .cpu_us = 13});
  report(out, sync_signed, {.figure = "P3", .what = "StartSyncExecution, SigV4", .cpu_us = 16});
  return out;
}

}  // namespace treadle::app
