#include <utility>

#include "treadle/base/assert.h"
#include "treadle/json/print.h"
#include "treadle/net/http_server.h"

namespace treadle::net {
namespace {

class FunctionSink final : public ResponseSink {
 public:
  explicit FunctionSink(std::move_only_function<void(Response&&)> receive)
      : receive_(std::move(receive)) {}
  void deliver(std::uint64_t /*exchange*/, Response&& response) override {
    receive_(std::move(response));
  }
  [[nodiscard]] auto is_gone() const -> bool override { return false; }

 private:
  std::move_only_function<void(Response&&)> receive_;
};

auto error_response(int status, std::string_view type, std::string_view message) -> Response {
  auto response = Response{};
  response.status = status;
  response.body = R"({"__type":)";
  json::append_string(response.body, type);
  response.body += R"(,"message":)";
  json::append_string(response.body, message);
  response.body += '}';
  return response;
}

auto type_of(int status) -> std::string_view {
  switch (status) {
    case 408: return "RequestTimeoutException";
    case 500: return "InternalFailure";
    case 413: return "RequestEntityTooLargeException";
    case 431: return "RequestHeadersTooLargeException";
    case 503: return "ServiceUnavailableException";
    case 501:
    case 505: return "UnsupportedProtocolException";
    default: return "BadRequestException";
  }
}

}  // namespace

auto default_error_response(RequestError const& error) -> Response {
  return error_response(error.status, type_of(error.status), error.message);
}

Responder::Responder(std::shared_ptr<ResponseSink> sink, std::uint64_t exchange)
    : sink_(std::move(sink)), exchange_(exchange) {}

auto Responder::to(std::move_only_function<void(Response&&)> receive) -> Responder {
  return {std::make_shared<FunctionSink>(std::move(receive)), 0};
}

auto Responder::operator=(Responder&& other) noexcept -> Responder& {
  std::swap(sink_, other.sink_);
  std::swap(exchange_, other.exchange_);
  return *this;
}

Responder::~Responder() {
  if (!sink_) return;
  send(error_response(500, "InternalFailure", "The request was dropped without an answer"));
}

void Responder::send(Response response) {
  TREADLE_ASSERT(sink_);
  std::exchange(sink_, nullptr)->deliver(exchange_, std::move(response));
}

auto Responder::client_is_gone() const -> bool { return !sink_ || sink_->is_gone(); }

}  // namespace treadle::net
