#include "treadle/approvals/slack/socket_mode.h"

#include <algorithm>
#include <utility>

#include "treadle/approvals/slack/interaction.h"
#include "treadle/approvals/slack/json_maker.h"
#include "treadle/base/log.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::approvals::slack {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kFirstBackOff = 500ms;
constexpr std::chrono::milliseconds kBackOffMax = 60s;

auto member(json::Value value, std::string_view name) -> std::string {
  auto const* const found = value.find(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace

SocketMode::SocketMode(WebApi& api, Settings settings, Interactions& interactions, Random& random)
    : api_(api),
      settings_(std::move(settings)),
      interactions_(interactions),
      random_(random),
      tls_(""),
      back_off_(kFirstBackOff) {}

SocketMode::~SocketMode() = default;

void SocketMode::start() {
  api_.loop().post([this] { connect(); });
}

void SocketMode::connect() {
  api_.call("apps.connections.open", settings_.app_token, "{}", [this](CallReply reply) {
    if (!reply) return connect_later(reply.error().error);
    json::Arena arena;
    auto const parsed = json::parse(arena, *reply);
    open(parsed ? member(*parsed, "url") : std::string());
  });
}

void SocketMode::connect_later(std::string_view why) {
  // Between a half and the whole of it, so that many servers don't come back at once.
  auto const share = 0.5 + random_.next_unit() / 2;
  auto const wait = std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(back_off_.count()) * share));
  back_off_ = std::min(back_off_ * 2, kBackOffMax);
  log(LogLevel::kWarning, "no connection to Slack: clicks do not arrive",
      {{"cause", why}, {"retry_ms", wait.count()}});
  timer_ = api_.loop().run_after(wait, [this] { connect(); });
}

void SocketMode::open(std::string const& url) {
  auto const number = ++number_;
  old_ = std::move(socket_);
  if (old_) old_->close();
  socket_ = std::make_unique<WebSocket>(
      api_.loop(), tls_, random_, url,
      WebSocketEvents{
          .opened = [] {},
          .message = [this, number](std::string_view message) { take(number, message); },
          .closed = [this, number](std::string_view why) { on_closed(number, why); }});
}

void SocketMode::on_closed(std::uint64_t number, std::string_view why) {
  if (number == number_) connect_later(why);
}

void SocketMode::take(std::uint64_t number, std::string_view message) {
  json::Arena arena;
  auto const parsed = json::parse(arena, message);
  if (!parsed) return;
  auto const type = member(*parsed, "type");
  if (type == "hello") {
    back_off_ = kFirstBackOff;
    log(LogLevel::kInfo, "connected to Slack by Socket Mode");
    return;
  }
  if (type == "disconnect") {
    if (number != number_) return;
    auto const reason = member(*parsed, "reason");
    ++number_;  // its end is no news any more
    if (reason == "link_disabled") return connect_later("Socket Mode was switched off for the app");
    return connect();
  }
  if (auto const envelope = member(*parsed, "envelope_id"); !envelope.empty())
    acknowledge(envelope);
  auto const* const payload = parsed->find("payload");
  if (type != "interactive" || payload == nullptr) return;
  auto interaction = read_interaction(json::print(*payload));
  if (!interaction)
    return log(LogLevel::kWarning, "Slack sent what is no interaction",
               {{"cause", interaction.error()}});
  interactions_.handle(std::move(*interaction), "slack-socket", {});
}

void SocketMode::acknowledge(std::string_view envelope_id) {
  json::Arena arena;
  JsonMaker const make(arena);
  if (socket_) socket_->send(json::print(make.object({{"envelope_id", make.text(envelope_id)}})));
}

}  // namespace treadle::approvals::slack
