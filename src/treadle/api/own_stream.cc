// The streams of OwnService: NDJSON in, NDJSON out.

#include <charconv>

#include <fmt/format.h>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/start_common.h"
#include "treadle/api/object_writer.h"
#include "treadle/api/own_service.h"
#include "treadle/api/parameters.h"
#include "treadle/json/parse.h"
#include "treadle/runtime/express_stream.h"

namespace treadle::api {
namespace {

constexpr std::size_t kParallelMax = 10'000;
constexpr std::size_t kStreamBytesMax = std::size_t{4} << 20;

auto invalid(std::string message) -> std::unexpected<ApiError> {
  return std::unexpected(ApiError{"ValidationException", std::move(message)});
}

auto read_options(OwnPath const& path) -> std::expected<runtime::StreamOptions, ApiError> {
  runtime::StreamOptions options{.bytes_max = kStreamBytesMax};
  for (auto const& [name, value] : path.query) {
    if (name == "ordered") {
      if (value != "true" && value != "false") return invalid("'ordered' must be true or false.");
      options.order =
          value == "true" ? runtime::ResultOrder::kOfInputs : runtime::ResultOrder::kAsTheyEnd;
    } else if (name == "parallel") {
      auto const* const end = value.data() + value.size();
      auto const read = std::from_chars(value.data(), end, options.parallel);
      if (read.ec != std::errc() || read.ptr != end || options.parallel < 1 ||
          options.parallel > kParallelMax)
        return invalid(fmt::format("'parallel' must be a number from 1 to {}.", kParallelMax));
    } else {
      return invalid(fmt::format("There is no parameter '{}' here.", name.substr(0, 80)));
    }
  }
  return options;
}

// The machine, version or alias that a stream runs. Every input gets the definition that there was
// at its begin; of an alias of two versions every input is drawn anew.
class Subject {
 public:
  [[nodiscard]] static auto read(Services& services, std::string arn)
      -> std::expected<std::shared_ptr<Subject>, ApiError> {
    auto subject = std::shared_ptr<Subject>(new Subject(services, std::move(arn)));
    subject->start_ = TRY(subject->read_start());
    if (subject->start_.plan->type != asl::MachineType::kExpress)
      return std::unexpected(ApiError{
          "StateMachineTypeNotSupported",
          "Only executions of Express state machines are streamed: StartExecution starts those of "
          "Standard ones."});
    auto const target = TRY(find_target(services, subject->arn_, Routing::kHeaviest));
    subject->is_drawn_ = target.alias && target.alias->routes.size() > 1;
    return subject;
  }

  // Any loop.
  auto start(std::string input, Random& random) const -> runtime::Answer<runtime::ExpressStart> {
    auto call = start_;
    if (is_drawn_) {
      auto drawn = read_start();
      if (!drawn)
        return std::unexpected(runtime::Refusal{drawn.error().code, drawn.error().message});
      call = std::move(*drawn);
    }
    call.input = std::move(input);
    return express_start(random, std::move(call));
  }

 private:
  Subject(Services& services, std::string arn)
      : services_(services),
        arn_(std::move(arn)),
        request_(ObjectWriter().text("stateMachineArn", arn_).take()) {}

  [[nodiscard]] auto read_start() const -> std::expected<StartCall, ApiError> {
    json::Arena arena;
    auto const request = json::parse(arena, request_);
    if (!request) return invalid("The state machine's name is no text.");
    ActionCall call{
        .services = services_, .request = *request, .arena = arena, .client_is_gone = {}};
    return api::read_start(call);
  }

  Services& services_;
  std::string const arn_;
  std::string const request_;
  StartCall start_;
  bool is_drawn_ = false;
};

// One of the streams that are open; counts them.
class Seat {
 public:
  [[nodiscard]] static auto take(std::atomic<std::size_t>& taken, std::size_t most)
      -> std::unique_ptr<Seat> {
    std::unique_ptr<Seat> seat(new Seat(taken));
    return ++taken > most ? nullptr : std::move(seat);
  }
  Seat(Seat const&) = delete;
  auto operator=(Seat const&) -> Seat& = delete;
  ~Seat() { --taken_; }

 private:
  explicit Seat(std::atomic<std::size_t>& taken) : taken_(taken) {}
  std::atomic<std::size_t>& taken_;
};

// Both ends of a stream: the body of a request and its answer.
class HttpStream final : public net::StreamReceiver, public runtime::StreamPort {
 public:
  HttpStream(net::StreamExchange exchange, std::unique_ptr<Seat> seat)
      : exchange_(std::move(exchange)), seat_(std::move(seat)) {}
  HttpStream(HttpStream const&) = delete;
  auto operator=(HttpStream const&) -> HttpStream& = delete;
  ~HttpStream() override {
    if (!is_over_) stream_->abandon();
  }

  void open(runtime::Express& express, std::shared_ptr<Subject const> subject,
            runtime::StreamOptions const& options) {
    stream_ = runtime::ExpressStream::open(
        express, *net::EventLoop::current(),
        [subject = std::move(subject)](std::string input, Random& random) {
          return subject->start(std::move(input), random);
        },
        options, *this);
    net::Response head;
    head.content_type = "application/x-ndjson";
    exchange_.start(std::move(head));
  }

  void on_body(std::string_view piece) override { stream_->feed(piece); }
  void on_body_end() override { stream_->end_of_input(); }
  void on_drained() override { stream_->drained(); }
  void on_cancel(net::RequestError const& /*why*/) override {
    is_over_ = true;
    stream_->abandon();
    seat_.reset();
  }
  [[nodiscard]] auto is_working() const -> bool override { return stream_->open_inputs() > 0; }

  void pause() override { exchange_.pause(); }
  void resume() override { exchange_.resume(); }
  auto write(std::string_view lines) -> Room override {
    return exchange_.write(lines) == net::Room::kSome ? Room::kSome : Room::kNone;
  }
  void finish(runtime::StreamTally const& /*tally*/) override {
    is_over_ = true;
    seat_.reset();
    exchange_.finish();
  }

 private:
  net::StreamExchange exchange_;
  std::unique_ptr<Seat> seat_;
  std::shared_ptr<runtime::ExpressStream> stream_;
  bool is_over_ = false;
};

}  // namespace

auto OwnService::streams() -> net::StreamRoutes {
  return {.claims =
              [this](net::Request const& head) {
                auto const path = path_of(head);
                return path && path->what == OwnPath::What::kStream;
              },
          .open =
              [this](net::Request&& head, net::StreamExchange exchange) {
                return open_stream(head, std::move(exchange));
              }};
}

auto OwnService::open_stream(net::Request const& head, net::StreamExchange exchange)
    -> std::shared_ptr<net::StreamReceiver> {
  auto const refuse = [&](ApiError const& error) {
    exchange.send(error_response(error));
    return nullptr;
  };
  if (auto const foreign = check_caller(options_.hosts, head)) return refuse(*foreign);
  auto path = *path_of(head);
  net::AccessKey const* key = nullptr;
  if (options_.access_keys != nullptr) {
    auto const signer = options_.access_keys->authenticate_head(head, services_.clock.now());
    if (!signer) return refuse(signer.error());
    key = *signer;
  }
  json::Arena arena;
  auto const text = ObjectWriter().text("stateMachineArn", path.arn).take();
  auto const& operation = *find_operation("StartSyncExecution");
  auto const request = json::parse(arena, text);
  if (!request) return refuse({"SerializationException", request.error().to_string()});
  if (auto const broken = check_parameters(operation, *request)) return refuse(*broken);
  if (key != nullptr)
    if (auto const denied = check_rights(*key, services_, {operation, *request}))
      return refuse(*denied);
  auto const options = read_options(path);
  if (!options) return refuse(options.error());
  auto subject = Subject::read(services_, std::move(path.arn));
  if (!subject) return refuse(subject.error());
  auto seat = Seat::take(open_streams_, options_.streams_max);
  if (!seat) return refuse({"ThrottlingException", "Too many streams are open."});
  auto stream = std::make_shared<HttpStream>(std::move(exchange), std::move(seat));
  stream->open(services_.express, std::move(*subject), *options);
  return stream;
}

}  // namespace treadle::api
