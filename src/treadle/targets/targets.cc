#include "treadle/targets/targets.h"

#include <cstdlib>

#include <fmt/format.h>

#include "treadle/base/log.h"
#include "treadle/targets/deliveries.h"
#include "treadle/targets/events.h"
#include "treadle/targets/s3.h"
#include "treadle/targets/sns.h"
#include "treadle/targets/sqs.h"
#include "treadle/targets/timestream.h"

namespace treadle::targets {
namespace {

namespace fs = std::filesystem;

// A folder, which is removed at the end if it was made for the moment.
class Folder {
 public:
  static auto open(fs::path const& wanted) -> Result<Folder, std::string> {
    Folder folder;
    std::error_code error;
    folder.path_ = wanted;
    if (wanted.empty()) {
      auto pattern = (fs::temp_directory_path(error) / "treadle-services-XXXXXX").string();
      if (error || ::mkdtemp(pattern.data()) == nullptr)
        return std::unexpected(std::string("there is no place for a temporary folder"));
      folder.path_ = pattern;
      folder.is_temporary_ = true;
    }
    fs::create_directories(folder.path_ / "objects", error);
    if (error)
      return std::unexpected(fmt::format("{}: {}", folder.path_.string(), error.message()));
    return folder;
  }
  Folder(Folder&& other) noexcept
      : path_(std::move(other.path_)), is_temporary_(std::exchange(other.is_temporary_, false)) {}
  auto operator=(Folder&&) -> Folder& = delete;
  ~Folder() {
    std::error_code ignored;
    if (is_temporary_) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] auto path() const -> fs::path const& { return path_; }

 private:
  Folder() = default;
  fs::path path_;
  bool is_temporary_ = false;
};

auto open_worker(fs::path const& file, std::string const& schema, std::size_t queue_max)
    -> Result<std::unique_ptr<Worker>, std::string> {
  auto database = TRY(Database::open(file, schema.c_str()));
  return std::make_unique<Worker>(std::move(database), queue_max);
}

}  // namespace

struct Targets::Impl {
  Impl(Folder where, Scope whose) : folder(std::move(where)), scope(std::move(whose)) {}
  ~Impl() {
    // The threads first: what runs on them refers to all the rest.
    for (auto* worker : {&objects, &messages, &records})
      if (*worker) (*worker)->stop();
  }

  Folder folder;
  Scope scope;
  std::unique_ptr<Worker> objects;
  std::unique_ptr<Worker> messages;
  std::unique_ptr<Worker> records;
  std::unique_ptr<S3> s3;
  std::unique_ptr<Sqs> sqs;
  std::unique_ptr<Deliveries> deliveries;
  std::unique_ptr<Sns> sns;
  std::unique_ptr<Events> events;
  std::unique_ptr<Timestream> timestream;

  auto open(Options& options) -> Result<void, std::string> {
    auto const& path = folder.path();
    objects = TRY(open_worker(path / "s3.db", kS3Schema, options.queue_max));
    messages =
        TRY(open_worker(path / "messages.db",
                        std::string(kSqsSchema) + kSnsSchema + kDeliveriesSchema + kEventsSchema,
                        options.queue_max));
    records = TRY(open_worker(path / "timestream.db", kTimestreamSchema, options.queue_max));
    auto const& setup = options.setup;
    bool is_good = objects->run_first(
        [&] { s3 = std::make_unique<S3>(*objects, scope, path / "objects", setup.buckets); });
    timestream = std::make_unique<Timestream>(*records, scope);
    is_good = records->run_first([&] { timestream->make(setup.tables); }) && is_good;
    sqs = std::make_unique<Sqs>(*messages, scope);
    deliveries = std::make_unique<Deliveries>(
        *messages, scope, options.time_scale, std::move(options.deliver),
        [this](std::string_view arn, std::string_view text) {
          (void)sqs->send(sqs->queue_of_arn(arn), {.body = std::string(text)});
        });
    sns = std::make_unique<Sns>(*messages, scope, *sqs, *deliveries);
    events = std::make_unique<Events>(
        *messages, scope, Events::Parts{.sqs = *sqs, .sns = *sns, .deliveries = *deliveries},
        options.events_max);
    Result<void, std::string> made;
    is_good = messages->run_first([&] {
      sqs->make(setup.queues);
      sns->make(setup.topics, setup.subscriptions);
      made = events->make(setup.buses, setup.rules);
    }) && is_good;
    TRY(std::move(made));
    if (!is_good)
      return std::unexpected(fmt::format("{}: its databases can't be written", path.string()));
    return {};
  }
};

Targets::Targets(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Targets::~Targets() = default;

auto Targets::open(Options options) -> Result<std::unique_ptr<Targets>, std::string> {
  auto folder = TRY(Folder::open(options.data));
  auto impl = std::make_unique<Impl>(std::move(folder), Scope{.region = options.region,
                                                              .account = options.account,
                                                              .clock = options.clock,
                                                              .random = options.random});
  TRY(impl->open(options));
  return std::unique_ptr<Targets>(new Targets(std::move(impl)));
}

auto Targets::service(std::string_view id) const -> Service {
  auto const bind = [](auto* service) -> Service {
    return [service](net::Request&& request, net::Responder responder) {
      service->handle(std::move(request), std::move(responder));
    };
  };
  if (id == "s3") return bind(impl_->s3.get());
  if (id == "sqs") return bind(impl_->sqs.get());
  if (id == "sns") return bind(impl_->sns.get());
  if (id == "eventbridge") return bind(impl_->events.get());
  if (id == "timestreamwrite") return bind(impl_->timestream.get());
  return {};
}

auto Targets::event_log() const -> Service {
  return [events = impl_->events.get()](net::Request&& request, net::Responder responder) {
    events->handle_log(std::move(request), std::move(responder));
  };
}

void Targets::release_waiters() { impl_->sqs->release_waiters(); }

void Targets::start() { impl_->deliveries->start(); }

}  // namespace treadle::targets
