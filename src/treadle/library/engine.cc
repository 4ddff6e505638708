#include <cstdio>
#include <cstdlib>
#include <future>
#include <utility>

#include <fmt/format.h>
#include <treadle/engine.h>

#include "treadle/asl/parser.h"
#include "treadle/base/arn.h"
#include "treadle/json/parse.h"
#include "treadle/library/access.h"
#include "treadle/library/engine_parts.h"
#include "treadle/store/memory_store.h"
#include "treadle/store/rocksdb_store.h"

namespace treadle {
namespace {

using library::Access;

auto refuse(std::string why) -> Refused { return Refused(std::move(why)); }

auto internal(MachineType type) -> asl::MachineType {
  return type == MachineType::kExpress ? asl::MachineType::kExpress : asl::MachineType::kStandard;
}

auto text_of(std::vector<asl::Diagnostic> const& diagnostics) -> std::string {
  std::string out;
  for (auto const& d : diagnostics)
    if (d.severity == asl::Severity::kError)
      out += fmt::format("{}{}: {}: {}", out.empty() ? "" : "\n", d.location, d.code, d.message);
  return out;
}

auto check_input(std::string_view input) -> OrRefused<void> {
  json::Arena arena;
  if (auto const parsed = json::parse(arena, input); !parsed)
    return refuse("The input is not JSON: " + parsed.error().to_string());
  return {};
}

auto open_store(EngineOptions const& options, Random& random)
    -> OrRefused<std::unique_ptr<store::Store>> {
  if (options.directory.empty()) return store::make_memory_store({.random = &random});
  auto opened = store::open_rocksdb_store({.directory = options.directory, .random = &random});
  if (!opened) return refuse(opened.error().message);
  return std::move(*opened);
}

void abort_process(std::string const& why) {
  fmt::print(stderr, "treadle: {}\n", why);
  std::abort();
}

constexpr std::string_view kOwnThread =
    "A thread of the engine can't wait for the engine: use start(), or a thread of your own.";

}  // namespace

void Engine::Impl::open(EngineOptions given, runtime::HistorySink* sink,
                        Access::MakeConnector const& others) {
  options = std::move(given);
  if (!options.on_store_failure) options.on_store_failure = abort_process;
  arn_prefix = fmt::format("arn:aws:states:{}:{}:", options.region, options.account);
  loops = std::make_unique<net::EventLoops>(options.threads);
  if (others) functions.serve_others(others(*loops));
  runtime::EngineOptions standard_options;
  standard_options.region = options.region;
  standard_options.account = options.account;
  standard_options.time_scale = options.time_scale;
  standard =
      std::make_unique<runtime::Engine>(*store, *loops, functions, clock, random,
                                        std::move(standard_options), options.on_store_failure);
  runtime::ExpressOptions express_options;
  express_options.region = options.region;
  express_options.account = options.account;
  express_options.time_scale = options.time_scale;
  express_options.parked_max = options.waiting_max;
  express = std::make_unique<runtime::Express>(*loops, *store, standard->definitions(),
                                               runtime::ExpressParts{.clock = clock,
                                                                     .connector = functions,
                                                                     .secret = store->secret(),
                                                                     .options = express_options,
                                                                     .sink = sink},
                                               random, runtime::IntakeLog::Opened{},
                                               runtime::ExpressIntake::kMemory);
}

Engine::Impl::~Impl() {
  if (!loops) return;
  functions.close();
  loops->stop();
  express.reset();
  (void)store->flush_and_close();
}

void Engine::Impl::begin() {
  std::lock_guard const lock(mutex);
  if (std::exchange(has_begun, true)) return;
  for (auto const& [name, defined] : machines)
    functions.bindings().learn(*defined->machine.definition);
  standard->recover();
  loops->start();
}

auto Engine::Impl::is_own_thread() const -> bool {
  auto const* const current = net::EventLoop::current();
  for (std::size_t i = 0; i < loops->size(); ++i)
    if (&loops->at(i) == current) return true;
  return false;
}

auto Engine::Impl::find(std::string_view machine) -> OrRefused<library::DefinedPtr> {
  begin();
  std::lock_guard const lock(mutex);
  auto const at = machines.find(machine);
  if (at == machines.end())
    return refuse(fmt::format("No machine '{}': Engine::define() makes it.", machine));
  return at->second;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::Engine(Engine&& other) noexcept = default;
auto Engine::operator=(Engine&& other) noexcept -> Engine& = default;
Engine::~Engine() = default;

auto library::Access::open(EngineOptions options, runtime::HistorySink* sink,
                           MakeConnector const& others) -> OrRefused<Engine> {
  auto impl = std::make_unique<Engine::Impl>();
  auto opened = open_store(options, impl->random);
  if (!opened) return refuse(std::move(opened).error());
  impl->store = std::move(*opened);
  impl->open(std::move(options), sink, others);
  return Engine(std::move(impl));
}

auto library::Access::log(Engine& engine, std::string_view machine, runtime::LogSettings settings)
    -> OrRefused<void> {
  std::lock_guard const lock(engine.impl_->mutex);
  auto const at = engine.impl_->machines.find(machine);
  if (at == engine.impl_->machines.end()) return refuse(fmt::format("No machine '{}'.", machine));
  auto changed = *at->second;
  changed.log = std::move(settings);
  at->second = std::make_shared<library::Defined const>(std::move(changed));
  return {};
}

auto Engine::open(EngineOptions options) -> OrRefused<Engine> {
  return Access::open(std::move(options), nullptr);
}

auto Engine::bind(std::string_view resource, Function function) -> OrRefused<void> {
  return impl_->bind(resource, std::move(function));
}

auto Engine::bind_async(std::string_view resource, AsyncFunction function) -> OrRefused<void> {
  return impl_->bind(resource, std::move(function));
}

auto Engine::Impl::bind(std::string_view resource, library::Bound function) -> OrRefused<void> {
  std::lock_guard const lock(mutex);
  if (has_begun)
    return refuse(fmt::format(
        "'{}' comes too late: functions are bound before the first execution.", resource));
  if (!functions.bindings().add(resource, std::move(function)))
    return refuse(fmt::format("'{}' is bound already.", resource));
  return {};
}

auto Engine::define(std::string_view name, std::string_view definition, MachineType type)
    -> OrRefused<void> {
  if (!is_valid_resource_name(name))
    return refuse(fmt::format("'{}' can't name a state machine.", name));
  auto const parsed = asl::parse_definition(definition, {.type = internal(type)});
  if (!parsed.definition) return refuse(text_of(parsed.diagnostics));
  runtime::MachineRef machine{
      .id = {},
      .arn = fmt::format("{}stateMachine:{}", impl_->arn_prefix, name),
      .name = std::string(name),
      .revision = runtime::revision_of(definition, internal(type)),
      .role_arn = fmt::format("arn:aws:iam::{}:role/{}", impl_->options.account, name),
      .definition = parsed.definition};
  if (type == MachineType::kStandard) {
    store::Batch batch;
    impl_->standard->definitions().add(batch, machine.revision, internal(type), parsed.definition);
    impl_->store->submit(std::move(batch), [](store::CommitOutcome) {});
  }
  std::lock_guard const lock(impl_->mutex);
  impl_->machines.insert_or_assign(
      std::string(name),
      std::make_shared<library::Defined const>(library::Defined{type, std::move(machine), {}}));
  return {};
}

void Engine::resume() { impl_->begin(); }

auto Engine::run(std::string_view machine, std::string_view input, std::string_view name)
    -> OrRefused<End> {
  if (impl_->is_own_thread()) return refuse(std::string(kOwnThread));
  // Shared: whoever tells may still be at it when the waiting is over.
  auto const ended = std::make_shared<std::promise<OrRefused<End>>>();
  start(machine, input, [ended](OrRefused<End> end) { ended->set_value(std::move(end)); }, name);
  return ended->get_future().get();
}

void Engine::start(std::string_view machine, std::string_view input, OnEnd on_end,
                   std::string_view name) {
  auto const defined = impl_->find(machine);
  if (!defined) return on_end(refuse(defined.error()));
  if ((*defined)->type == MachineType::kExpress)
    return impl_->start_express(*defined, std::string(input), std::move(on_end));
  if (auto const checked = check_input(input); !checked) return on_end(refuse(checked.error()));
  impl_->start_standard(*defined, std::string(input), name, std::move(on_end));
}

auto Engine::task_succeeded(std::string_view token, std::string_view output) -> OrRefused<void> {
  if (auto checked = check_input(output); !checked) return checked;
  return impl_->tell([&](auto done) {
    impl_->standard->task_success(std::string(token), std::string(output), std::move(done));
  });
}

auto Engine::task_failed(std::string_view token, TaskError error) -> OrRefused<void> {
  return impl_->tell([&](auto done) {
    impl_->standard->task_failure(std::string(token), std::move(error.error),
                                  std::move(error.cause), std::move(done));
  });
}

}  // namespace treadle
