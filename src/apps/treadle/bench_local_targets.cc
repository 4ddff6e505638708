#include "apps/treadle/bench_local_targets.h"

#include <utility>

#include "apps/treadle/bench.h"

namespace treadle::app {
namespace {

constexpr char const* kServices[] = {"s3", "eventbridge", "timestreamwrite"};

// Here, whatever the environment says.
auto local_services() -> integrations::ServiceSettings {
  integrations::ServiceSettings out;
  for (auto const* id : kServices)
    out.emplace(id, integrations::ServiceSetting{
                        .place = integrations::ServicePlace::kLocal, .url = {}, .where = {}});
  return out;
}

}  // namespace

LocalTargets::LocalTargets(net::EventLoops& loops, std::filesystem::path folder,
                           targets::Setup setup, std::size_t events_max)
    : services_({.services = local_services(), .service_models = kServiceModels}, loops, clock_,
                random_) {
  auto opened = targets::Targets::open({.data = std::move(folder),
                                        .clock = &clock_,
                                        .random = &random_,
                                        .setup = std::move(setup),
                                        .events_max = events_max});
  if (!opened) give_up(opened.error());
  targets_ = std::move(*opened);
  for (auto const* id : kServices) services_.local().emplace(id, targets_->service(id));
  services_.serve(
      registry_, [](std::string const&, Milliseconds, auto done) { done(true); },
      [](std::string const&, auto done) { done(true); });
}

LocalTargets::~LocalTargets() {
  services_.stop();
  targets_.reset();
}

void LocalTargets::invoke(integrations::TaskCall call, integrations::CallDone done) {
  registry_.invoke(std::move(call), std::move(done));
}

auto LocalTargets::answer(integrations::CallView const& call)
    -> std::optional<integrations::Answer> {
  return registry_.answer(call);
}

void LocalTargets::cancel(integrations::CallId id) { registry_.cancel(id); }

}  // namespace treadle::app
