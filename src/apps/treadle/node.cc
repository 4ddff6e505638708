#include "apps/treadle/node.h"

#include <filesystem>

#include <fmt/format.h>

#include "treadle/api/actions/start_common.h"
#include "treadle/api/way_back.h"
#include "treadle/approvals/approval_connector.h"
#include "treadle/approvals/approval_id.h"
#include "treadle/base/log.h"
#include "treadle/integrations/optimized/address_rules.h"
#include "treadle/runtime/express_codec.h"
#include "treadle/runtime/tokens.h"
#include "treadle/store/memory_store.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::app {

namespace {

// The intake log below the data directory; none where executions are taken in memory.
auto open_intake(NodeOptions const& options, Random& random)
    -> Result<runtime::IntakeLog::Opened, std::string> {
  auto const directory = std::filesystem::path(options.data) / "express";
  if (options.data.empty()) return runtime::IntakeLog::Opened{};
  // What an earlier process took into the log is run in any case.
  if (options.express_intake == runtime::ExpressIntake::kMemory &&
      !std::filesystem::exists(directory))
    return runtime::IntakeLog::Opened{};
  auto opened = TRY(runtime::IntakeLog::open(
      {.directory = directory, .random = &random, .fail_stop = options.fail_stop}));
  for (auto const& entry : opened.open)
    if (!runtime::read_express_start(entry.bytes))
      return std::unexpected(fmt::format(
          "{}: entry {} was written by a newer treadle; run that release. Nothing was changed",
          directory.string(), entry.number));
  return opened;
}

auto express_options(NodeOptions const& node) -> runtime::ExpressOptions {
  auto const& engine = node.engine;
  runtime::ExpressOptions options;
  if (node.express_limits == asl::MachineType::kStandard) {
    options.seconds_max = std::nullopt;
    options.history_events_max = limits::kHistoryEvents;
  }
  options.region = engine.region;
  options.account = engine.account;
  options.time_scale = engine.time_scale;
  return options;
}

// Whoever may subscribe to a topic names the webhook, and that may be a definition.
auto delivery_options() -> net::HttpClientOptions {
  net::HttpClientOptions options;
  options.allow_address = [](std::string_view address) {
    return !integrations::optimized::is_link_local(address);
  };
  return options;
}

// A task token that the API did not take, as the audit log has it.
auto attempt_of(store::Store const& store, api::RefusedToken&& tried) -> approvals::RefusedAttempt {
  using approvals::Refused;
  auto const what = tried.code == "InvalidToken"   ? Refused::kToken
                    : tried.code == "TaskTimedOut" ? Refused::kStaleToken
                                                   : Refused::kSignature;
  // Of a token that was genuine it is known what it was for.
  auto const target = runtime::read_task_token(store.secret(), tried.token);
  return {.what = what,
          .approval_id = target ? approvals::make_approval_id(store.secret(),
                                                              {target->place, target->scheduled})
                                : std::string(),
          .via = "api",
          .why = fmt::format("{}: {} {}", tried.operation, tried.code, tried.message),
          .approver = tried.key_id.empty() ? std::string() : "access-key " + tried.key_id,
          .tried = std::move(tried.token),
          .origin = {.ip = std::move(tried.ip), .user_agent = std::move(tried.user_agent)}};
}

}  // namespace

auto Node::open(NodeOptions options) -> Result<std::unique_ptr<Node>, std::string> {
  std::unique_ptr<Node> node(new Node);
  if (options.data.empty()) {
    node->store_ = store::make_memory_store({.random = &node->random_});
  } else {
    auto opened = store::open_rocksdb_store({.directory = options.data, .random = &node->random_});
    if (!opened) return std::unexpected(opened.error().message);
    node->store_ = std::move(*opened);
  }
  node->loops_ = std::make_unique<net::EventLoops>(options.loops);
  node->task_services_ =
      std::make_unique<TaskServices>(TaskServicesOptions{.services = std::move(options.services),
                                                         .http_task = std::move(options.http_task),
                                                         .service_models = options.service_models},
                                     *node->loops_, node->clock_, node->shared_random_);
  if (!options.functions.empty()) {
    auto host = integrations::functions::FunctionHost::start(
        std::move(options.functions), {.region = options.engine.region,
                                       .account = options.engine.account,
                                       .environment = std::move(options.function_environment),
                                       .log = [](std::string_view function, std::string_view line) {
                                         log(LogLevel::kInfo, "function output",
                                             {{"function", function}, {"line", line}});
                                       }});
    if (!host) return std::unexpected(host.error());
    node->functions_ = std::move(*host);
  }
  auto const lambda = std::make_shared<integrations::LambdaConnector>(
      node->task_services_->configuration(), *node->loops_, node->functions_.get(),
      &node->task_services_->credentials());
  node->registry_.add_lambda_functions(lambda);
  node->registry_.add_service("lambda", "invoke", lambda);
  node->task_services_->serve(
      node->registry_,
      [node = node.get()](std::string arn, Milliseconds wait,
                          std::move_only_function<void(bool)> done) {
        node->engine_->wait_for_end(std::move(arn), wait,
                                    [done = std::move(done)](runtime::Answer<bool> ended) mutable {
                                      done(ended.value_or(true));
                                    });
      },
      [node = node.get()](std::string arn, std::move_only_function<void(bool)> done) {
        api::ask_to_compensate(*node->engine_, std::move(arn), std::move(done));
      });
  options.engine.way_back = [node = node.get()](EntityId machine, std::string_view arn,
                                                asl::DefinitionPtr const& definition) {
    return api::way_back_of(*node->catalog_, machine, arn, definition);
  };
  auto intake = TRY(open_intake(options, node->random_));
  TRY(node->open_logs(options));
  runtime::ExpressParts const express{.clock = node->clock_,
                                      .connector = node->registry_,
                                      .secret = node->store_->secret(),
                                      .options = express_options(options),
                                      .sink = node->express_sink(options)};
  node->tell_status_changes(options);
  TRY(node->open_targets(options));
  TRY(node->open_approvals(options));
  auto const region = options.engine.region;
  auto const account = options.engine.account;
  node->engine_ = std::make_unique<runtime::Engine>(
      *node->store_, *node->loops_, node->registry_, node->clock_, node->random_,
      std::move(options.engine), std::move(options.fail_stop));
  node->catalog_ = std::make_unique<runtime::Catalog>(*node->store_, node->engine_->definitions());
  if (node->approvals_) node->approvals_->attach(*node->engine_, *node->catalog_);
  node->express_ = std::make_unique<runtime::Express>(
      *node->loops_, *node->store_, node->engine_->definitions(), express, node->random_,
      std::move(intake),
      options.data.empty() ? runtime::ExpressIntake::kMemory : options.express_intake);
  node->state_tests_ = std::make_unique<runtime::StateTests>(*node->loops_, express, node->random_);
  node->serve_itself(region, account);
  return node;
}

auto Node::open_logs(NodeOptions& options) -> Result<void, std::string> {
  if (!options.logs) return {};
  auto& wanted = *options.logs;
  if (!options.data.empty()) wanted.files.folder = std::filesystem::path(options.data) / "logs";
  wanted.region = options.engine.region;
  wanted.account = options.engine.account;
  logs_ =
      TRY(ExecutionLogs::open(std::move(wanted), {.configuration = task_services_->configuration(),
                                                  .caller = task_services_->caller(),
                                                  .clock = clock_,
                                                  .random = shared_random_}));
  task_services_->local().emplace(
      "cloudwatchlogs", [this](net::Request&& request, net::Responder responder) {
        logs_->service().handle(std::move(request), std::move(responder));
      });
  options.engine.journal_sink = logs_.get();
  options.engine.log_settings = [this](EntityId machine, interpreter::ExecutionState const& state) {
    return api::log_settings_of(*catalog_, machine,
                                {.machine = state.state_machine_arn, .version = state.version_arn});
  };
  return {};
}

auto Node::express_sink(NodeOptions const& options) -> runtime::HistorySink* {
  std::vector<runtime::HistorySink*> sinks;
  if (options.express_sink != nullptr) sinks.push_back(options.express_sink);
  if (logs_) sinks.push_back(logs_.get());
  if (options.recent) {
    recent_ = std::make_unique<runtime::RecentExecutions>(*loops_, *options.recent);
    sinks.push_back(recent_.get());
  }
  if (sinks.empty()) return nullptr;
  express_sinks_ = std::make_unique<runtime::HistorySinks>(std::move(sinks));
  return express_sinks_.get();
}

auto Node::open_targets(NodeOptions& options) -> Result<void, std::string> {
  if (!options.targets) return {};
  auto const folder = options.data.empty() ? std::filesystem::path()
                                           : std::filesystem::path(options.data) / "services";
  targets_ = TRY(targets::Targets::open(
      {.data = folder,
       .region = options.engine.region,
       .account = options.engine.account,
       .clock = &clock_,
       .random = &shared_random_,
       .setup = std::move(*options.targets),
       .deliver =
           [this](targets::Delivery delivery, std::move_only_function<void(bool)> done) {
             deliveries_->deliver(std::move(delivery), std::move(done));
           },
       .time_scale = options.engine.time_scale}));
  for (auto const* id : {"s3", "sqs", "sns", "eventbridge", "timestreamwrite"})
    task_services_->local().emplace(id, targets_->service(id));
  return {};
}

auto Node::open_approvals(NodeOptions& options) -> Result<void, std::string> {
  registry_.add_service("treadle", "approval", std::make_shared<approvals::ApprovalConnector>());
  if (!options.approvals) return {};
  approvals_ = TRY(approvals::Core::open(*store_, loops_->at(0), clock_,
                                         {.settings = *std::move(options.approvals),
                                          .time_scale = options.engine.time_scale,
                                          .fail_stop = options.fail_stop}));
  options.engine.waits = approvals_->hooks();
  return {};
}

void Node::tell_status_changes(NodeOptions& options) {
  auto told = std::move(options.status_events);
  if (!told.to_event_bus && told.webhooks.empty()) return;
  told.region = options.engine.region;
  told.account = options.engine.account;
  status_events_ = std::make_unique<StatusEvents>(std::move(told), task_services_->caller(),
                                                  task_services_->http(), shared_random_);
  options.engine.on_status_change = [this](runtime::StatusChange const& change) {
    status_events_->tell(change);
  };
}

// Tasks that start executions, or call the API in another way, stay inside.
void Node::serve_itself(std::string const& region, std::string const& account) {
  response_models_ = std::make_unique<integrations::ResponseModels>(task_services_->models());
  api_services_ =
      std::make_unique<api::Services>(api::Services{.router = *engine_,
                                                    .catalog = *catalog_,
                                                    .express = *express_,
                                                    .state_tests = *state_tests_,
                                                    .response_models = *response_models_,
                                                    .clock = clock_,
                                                    .random = shared_random_,
                                                    .region = region,
                                                    .account = account,
                                                    .secret = store_->secret()});
  if (approvals_)
    api_services_->on_refused_token = [this](api::RefusedToken tried) {
      approvals_->note_refused(attempt_of(*store_, std::move(tried)));
    };
  own_api_ = std::make_unique<api::HttpApi>(*api_services_, api::HttpApiOptions{});
  delivery_http_ = std::make_unique<integrations::HttpCaller>(*loops_, delivery_options());
  deliveries_ =
      std::make_unique<Deliveries>(*own_api_, registry_, *delivery_http_, shared_random_, region);
  task_services_->local().emplace("sfn", [this](net::Request&& request, net::Responder responder) {
    own_api_->handle_own(std::move(request), std::move(responder));
  });
}

Node::~Node() { stop(); }

void Node::start() {
  running_ = true;
  engine_->recover();
  express_->recover();
  if (approvals_) approvals_->start();
  if (targets_) targets_->start();
  loops_->start();
}

void Node::stop() {
  if (!running_) return;
  running_ = false;
  if (logs_) logs_->flush();  // it may call services, which takes loops
  loops_->stop();
  task_services_->stop();
  if (logs_) logs_->stop();
  if (approvals_) approvals_->stop();
  targets_.reset();
  functions_.reset();
  state_tests_.reset();
  express_.reset();  // its log must be closed before the data directory is given up
  if (auto const closed = store_->flush_and_close(); !closed)
    log(LogLevel::kError, "the store did not close well", {{"cause", closed.error().message}});
}

}  // namespace treadle::app
