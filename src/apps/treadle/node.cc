#include "apps/treadle/node.h"

#include "treadle/base/log.h"
#include "treadle/store/memory_store.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle::app {

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
  auto const aws = integrations::read_aws_configuration(integrations::process_environment());
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
  auto const lambda =
      std::make_shared<integrations::LambdaConnector>(aws, *node->loops_, node->functions_.get());
  node->registry_.add_lambda_functions(lambda);
  node->registry_.add_service("lambda", "invoke", lambda);
  node->engine_ = std::make_unique<runtime::Engine>(
      *node->store_, *node->loops_, node->registry_, node->clock_, node->random_,
      std::move(options.engine), std::move(options.fail_stop));
  node->catalog_ = std::make_unique<runtime::Catalog>(*node->store_, node->engine_->definitions());
  return node;
}

Node::~Node() { stop(); }

void Node::start() {
  running_ = true;
  engine_->recover();
  loops_->start();
}

void Node::stop() {
  if (!running_) return;
  running_ = false;
  loops_->stop();
  functions_.reset();
  if (auto const closed = store_->flush_and_close(); !closed)
    log(LogLevel::kError, "the store did not close well", {{"cause", closed.error().message}});
}

}  // namespace treadle::app
