// treadle server: the API over a durable engine.

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/treadle/approval_channels.h"
#include "apps/treadle/approvals_setup.h"
#include "apps/treadle/command.h"
#include "apps/treadle/credentials_file.h"
#include "apps/treadle/files.h"
#include "apps/treadle/listen_address.h"
#include "apps/treadle/node.h"
#include "apps/treadle/project_setup.h"
#include "apps/treadle/target_setup.h"
#include "treadle/api/http_api.h"
#include "treadle/api/own_service.h"
#include "treadle/api/saga_verdict.h"
#include "treadle/base/log.h"
#include "treadle/net/http_server.h"

namespace treadle::app {
namespace {

// What a stop waits for, in this order; together below 30 s, when a supervisor gives up.
constexpr auto kCallsGrace = std::chrono::seconds(25);   // functions that run
constexpr auto kAnswersGrace = std::chrono::seconds(4);  // requests that have begun

// What requests with large bodies, as S3 takes them, have in memory together.
constexpr std::size_t kLargeBodiesBytes = std::size_t{512} << 20;

struct ServerOptions {
  std::string listen = "127.0.0.1:8083";
  std::string data = "treadle-data";
  std::string store = "rocksdb";
  std::string express_intake = "log";
  std::string region = "us-east-1";
  std::string account = "123456789012";
  double time_scale = 1.0;
  bool strict_host = false;
  std::string public_url;
  std::string public_listen;
  std::string project;
  std::string approvals;
  std::string credentials;
  bool insecure_plaintext = false;
  std::string service_models = kServiceModels;
  std::size_t recent = runtime::ShelfLimits().successes;
};

// As many files and sockets as this process may have.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

[[noreturn]] void stop_at_once(std::string const& why) {
  log(LogLevel::kError, "treadle can't go on: what is on disk decides at the next start",
      {{"cause", why}});
  std::_Exit(kDataError);
}

// The signals that end the server; blocked before any thread starts, so that wait()
// alone gets them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
  }
  // From now on a signal ends the process.
  void let_through() const { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_{};
};

auto refuse(std::string_view why) -> int {
  fmt::print(stderr, "treadle server: {}\n", why);
  return kUsage;
}

// Nobody but this machine is served without keys, unless the operator says so.
auto check_exposure(ServerOptions const& options, Address const& address)
    -> Result<void, std::string> {
  if (is_loopback(address)) return {};
  if (options.credentials.empty() && !options.insecure_plaintext)
    return std::unexpected(
        fmt::format("{} is no loopback address: it needs --credentials, or --insecure-plaintext "
                    "where everybody who reaches it may do everything",
                    address.host));
  log(LogLevel::kWarning,
      options.credentials.empty()
          ? "everybody who reaches this address may do everything, and read along"
          : "requests are signed but not encrypted: whoever is on the way can read along",
      {{"address", address.host}});
  return {};
}

// The keys to ask for; none: everybody may do everything.
auto access_keys(ServerOptions const& options) -> Result<std::vector<net::AccessKey>, std::string> {
  if (options.credentials.empty()) return {};
  return read_credentials(options.credentials);
}

// The port for strangers, if there is one: what it serves looks itself who calls.
auto listen_public(Node& node, ServerOptions const& options, ApprovalChannels& channels)
    -> Result<std::unique_ptr<net::HttpServer>, std::string> {
  constexpr std::size_t kBodyBytes = std::size_t{256} << 10;  // Slack's largest, and room
  if (options.public_listen.empty()) return nullptr;
  auto const address = parse_address(options.public_listen);
  if (!address)
    return std::unexpected(
        fmt::format("--public-listen {} is not HOST:PORT", options.public_listen));
  auto server = net::HttpServer::listen(
      node.loops(), {.address = address->host, .port = address->port, .body_bytes_max = kBodyBytes},
      channels.public_handler());
  if (!server) return std::unexpected("--public-listen: " + server.error());
  return server;
}

// Ends the work in order: calls that are out come home while the API still serves them, then the
// requests are answered. What is not home by then is sent again at the next start, with its key.
void drain(Node& node, net::HttpServer& server, net::HttpServer* public_server) {
  node.targets()->release_waiters();  // tasks may be among them
  auto const calls_home = std::make_shared<std::promise<void>>();
  node.engine().drain_calls([calls_home] { calls_home->set_value(); });
  if (calls_home->get_future().wait_for(kCallsGrace) != std::future_status::ready)
    log(LogLevel::kWarning, "functions still run: they are called again at the next start");
  node.engine().release_waiters();
  std::promise<void> stopped;
  std::promise<void> public_stopped;
  server.stop(kAnswersGrace, [&stopped] { stopped.set_value(); });
  if (public_server != nullptr)
    public_server->stop(kAnswersGrace, [&public_stopped] { public_stopped.set_value(); });
  else
    public_stopped.set_value();
  stopped.get_future().wait();
  public_stopped.get_future().wait();
}

// The AWS services that this process answers itself, on the same port.
auto local_services(targets::Targets& services) -> api::OtherService {
  std::map<std::string_view, targets::Service> by_id;
  for (std::string_view const id : {"s3", "sqs", "sns", "eventbridge", "timestreamwrite"})
    by_id.emplace(id, services.service(id));
  using Claim = api::OtherService::Claim;
  return {.claim = [](net::Request const& request) -> std::optional<Claim> {
            if (targets::is_event_log(request)) return Claim{targets::signing_name("eventbridge")};
            auto const id = targets::service_of(request);
            if (!id) return std::nullopt;
            return Claim{targets::signing_name(*id)};
          },
          .serve =
              [by_id = std::move(by_id), event_log = services.event_log()](
                  net::Request&& request, net::Responder responder) {
                if (targets::is_event_log(request))
                  return event_log(std::move(request), std::move(responder));
                auto const& service = by_id.at(*targets::service_of(request));
                service(std::move(request), std::move(responder));
              },
          .refusal =
              [](net::Request const& request, api::ApiError const& error) {
                return targets::refusal(request, error.status, error.code, error.message);
              }};
}

// CloudWatch Logs over the logs of this process.
auto logs_service(logs::LogsService& service) -> api::OtherService {
  using Claim = api::OtherService::Claim;
  return {.claim = [](net::Request const& request) -> std::optional<Claim> {
            if (!logs::is_logs_request(request)) return std::nullopt;
            return Claim{"logs"};
          },
          .serve =
              [&service](net::Request&& request, net::Responder responder) {
                service.handle(std::move(request), std::move(responder));
              },
          .refusal =
              [](net::Request const&, api::ApiError const& error) {
                return logs::logs_refusal(error.status, error.code, error.message);
              }};
}

auto http_options(Address const& address, net::StreamRoutes streams) -> net::HttpServerOptions {
  return {.address = address.host,
          .port = address.port,
          .large_bodies = {.bytes_max = targets::body_bytes_max,
                           .budget = std::make_shared<net::BodyBudget>(kLargeBodiesBytes)},
          .streams = std::move(streams),
          .error_response = [](net::RequestError const& error, net::Request const& head) {
            auto plain = net::default_error_response(error);
            if (targets::service_of(head) != "s3") return plain;
            return targets::refusal(head, error.status, "InvalidRequest",
                                    std::string(error.message));
          }};
}

// What links in messages begin with.
auto link_base(ServerOptions const& options, Address const& address) -> std::string {
  auto url = options.public_url;
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty()) return url;
  auto const open = parse_address(options.public_listen);
  return local_url(open ? *open : address);
}

auto serve(Node& node, ServerOptions const& options, Address const& address,
           std::vector<net::AccessKey> const& access_keys, ChannelSettings channel_settings,
           StopSignals const& signals) -> int {
  std::atomic<bool> is_stopping = false;
  approvals::KeyHolders const all_holders(access_keys);
  auto const* const holders = access_keys.empty() ? nullptr : &all_holders;
  auto keys = access_keys.empty()
                  ? nullptr
                  : std::make_unique<api::AccessKeys const>(access_keys, options.region);
  ApprovalChannels channels(std::move(channel_settings), node, link_base(options, address),
                            holders);
  std::vector<api::OtherService> others;
  api::HostRules const hosts{.strict = options.strict_host, .public_url = options.public_url};
  api::OwnService own_service(node.api_services(), *node.recent(),
                              {.hosts = hosts, .access_keys = keys.get()});
  others.push_back(own_service.service());
  others.push_back(local_services(*node.targets()));
  others.push_back(logs_service(node.logs()->service()));
  add_approval_services(node, holders, others);
  channels.add_services(others);
  others.push_back(api::saga_service(node.api_services()));
  api::HttpApi http_api(
      node.api_services(),
      api::HttpApiOptions{
          .hosts = hosts,
          .is_ready = [&node, &is_stopping] { return !is_stopping && !node.store().failure(); },
          .access_keys = std::move(keys),
          .other_services = std::move(others)});
  auto server =
      net::HttpServer::listen(node.loops(), http_options(address, own_service.streams()),
                              [&http_api](net::Request&& request, net::Responder responder) {
                                http_api.handle(std::move(request), std::move(responder));
                              });
  if (!server) return refuse(server.error());
  auto public_server = listen_public(node, options, channels);
  if (!public_server) return refuse(public_server.error());
  node.start();
  channels.start();
  fmt::print("treadle: ready on http://{}:{}\n", address.host, (*server)->port());
  std::fflush(stdout);
  signals.wait();
  signals.let_through();
  log(LogLevel::kInfo, "stopping");
  is_stopping = true;
  drain(node, **server, public_server->get());
  node.stop();
  return kOk;
}

auto run(ServerOptions const& options) -> int {
  auto const address = parse_address(options.listen);
  if (!address) return refuse(fmt::format("--listen {} is not HOST:PORT", options.listen));
  if (auto const safe = check_exposure(options, *address); !safe) return refuse(safe.error());
  auto keys = access_keys(options);
  if (!keys) return refuse(keys.error());
  if (options.store != "rocksdb" && options.store != "memory")
    return refuse(fmt::format("--store {} is neither rocksdb nor memory", options.store));
  if (options.express_intake != "log" && options.express_intake != "memory")
    return refuse(
        fmt::format("--express-intake {} is neither log nor memory", options.express_intake));
  import::Project project;
  if (!options.project.empty()) {
    auto loaded = import::load_project(options.project);
    if (!loaded) return refuse(loaded.error());
    project = std::move(*loaded);
  }
  auto http_task = http_task_settings(project);
  if (!http_task) return refuse(http_task.error());
  auto approvals = load_approvals(project, options.project, options.approvals);
  if (!approvals) return refuse(approvals.error());
  auto channels = read_channel_settings(*approvals);
  if (!channels) return refuse(channels.error());
  StopSignals const signals;
  raise_file_limit();
  runtime::EngineOptions engine;
  engine.region = options.region;
  engine.account = options.account;
  engine.time_scale = options.time_scale;
  auto node = Node::open({.data = options.store == "memory" ? std::string() : options.data,
                          .functions = local_functions(project),
                          .function_environment = {{"AWS_ENDPOINT_URL_SFN", local_url(*address)}},
                          .services = service_settings(project),
                          .http_task = std::move(*http_task),
                          .status_events = status_events_options(project),
                          .service_models = options.service_models,
                          .engine = engine,
                          .express_intake = options.express_intake == "memory"
                                                ? runtime::ExpressIntake::kMemory
                                                : runtime::ExpressIntake::kLog,
                          .logs = logs_options(project),
                          .recent = runtime::ShelfLimits{.successes = options.recent},
                          .targets = target_setup(project.local_services),
                          .approvals = std::move(approvals->settings),
                          .loops = 0,
                          .fail_stop = stop_at_once});
  if (!node) {
    fmt::print(stderr, "treadle server: {}\n", node.error());
    return kDataError;
  }
  if (auto const applied = apply_project(**node, project); !applied) return refuse(applied.error());
  if (options.express_intake == "memory")
    log(LogLevel::kWarning, "a crash loses Express executions that StartExecution acknowledged");
  if (options.time_scale != 1.0)
    log(LogLevel::kInfo, "time is scaled", {{"factor", options.time_scale}});
  return serve(**node, options, *address, *keys, std::move(*channels), signals);
}

}  // namespace

auto run_server(std::span<std::string const> arguments) -> int {
  CLI::App app("Serves the Step Functions API.", "treadle server");
  ServerOptions options;
  app.add_option("--listen", options.listen, "HOST:PORT")->capture_default_str();
  app.add_option("--data", options.data, "directory of the store; made where there is none")
      ->capture_default_str();
  app.add_option("--store", options.store, "rocksdb, or memory, which forgets")
      ->capture_default_str();
  app.add_option(
         "--express-intake", options.express_intake,
         "when StartExecution of Express machines is acknowledged: once it is in the log on "
         "disk, or at once, in memory, which a crash loses")
      ->capture_default_str();
  app.add_option("--region", options.region, "of the ARNs")
      ->envname("AWS_REGION")
      ->capture_default_str();
  app.add_option("--account", options.account, "of the ARNs")->capture_default_str();
  app.add_option("--time-scale", options.time_scale, "multiplies waits, back-off and time-outs")
      ->envname("WAIT_TIME_SCALE")
      ->check(CLI::PositiveNumber);
  app.add_option(
      "--project", options.project,
      "folder with a treadle.yaml: its machines are created or updated, its functions run here");
  app.add_option("--approvals", options.approvals,
                 "file like approvals.yaml of a project: who decides on tasks that wait, and how "
                 "they are told");
  app.add_option("--credentials", options.credentials,
                 "file of access keys: every request must be signed by one of them");
  app.add_flag("--insecure-plaintext", options.insecure_plaintext,
               "serve an address that is no loopback address without --credentials");
  app.add_option(
         "--service-models", options.service_models,
         "folder like botocore's data directory: the models of the AWS APIs that tasks call, "
         "and that TestState checks mocked results against")
      ->capture_default_str();
  app.add_option("--recent", options.recent,
                 "Express executions that succeeded, of each machine, whose histories are kept in "
                 "memory; 0: none. Those that failed are kept in any case")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_flag("--strict-host", options.strict_host,
               "serve loopback names and the public URL only");
  app.add_option("--public-url", options.public_url,
                 "the URL that browsers may come from, and that links in messages begin with");
  app.add_option("--public-listen", options.public_listen,
                 "HOST:PORT for strangers: serves links of approvals, Slack's requests and hooks, "
                 "and nothing else");
  app.footer(
      "A service is called where treadle.yaml says, else at AWS_ENDPOINT_URL_<SERVICE>, else at\n"
      "AWS_ENDPOINT_URL, else at AWS where credentials are configured, else here if it is here.\n"
      "SIGTERM ends it once what is under way is finished, a second one at once.\n"
      "Exit status: 0 stopped, 2 the command line is wrong, 74 the data can't be read or written.");
  if (auto const status = parse_arguments(app, {arguments.begin(), arguments.end()}))
    return *status;
  return run(options);
}

}  // namespace treadle::app
