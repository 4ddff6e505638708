#include <utility>

#include "treadle/net/client_call.h"
#include "treadle/net/http_writer.h"

namespace treadle::net {
namespace {

using Kind = ClientError::Kind;
using Stage = detail::ClientCall::Stage;

auto constexpr kResponseFieldsMax = std::size_t{200};

// Fields that are the client's own business.
void add_own_fields(Headers& headers, Url const& url) {
  for (auto const* const name : {"Content-Length", "Transfer-Encoding", "Connection"})
    headers.remove(name);
  if (headers.count("Host") == 0) headers.add("Host", url.authority);
}

}  // namespace

ClientConnection::ClientConnection(ClientPool& pool, std::string target,
                                   std::shared_ptr<ClientStream> stream)
    : pool_(pool), target_(std::move(target)), stream_(std::move(stream)) {}

void ClientConnection::open(ClientCallPtr call) {
  call_ = std::move(call);
  call_->connection = this;
  auto const weak = weak_from_this();
  stream_->open({call_->url.host, call_->url.port, pool_.options().allow_address},
                [weak](StreamResult const& result) {
                  auto const self = weak.lock();
                  if (!self) return;
                  if (result.end == StreamEnd::kNone) {
                    self->is_open_ = true;
                    self->send_request();
                    self->pool_.opened(*self);
                    return self->read();
                  }
                  auto const kind = result.end == StreamEnd::kTls ? Kind::kTls : Kind::kConnect;
                  self->fail(self->call_->error(kind, result.reason, true));
                });
}

void ClientConnection::run(ClientCallPtr call) {
  idle_timer.cancel();
  was_used_ = true;
  call_ = std::move(call);
  call_->connection = this;
  send_request();
}

void ClientConnection::send_request() {
  auto& request = call_->request;
  add_own_fields(request.headers, call_->url);
  parser_.emplace(HeadLimits{pool_.options().head_bytes_max, kResponseFieldsMax},
                  request.max_response_bytes);
  parser_->expect_answer_to(request.method);
  acknowledged_before_ = stream_->acknowledged();
  auto bytes = std::string();
  append_request(bytes, request.method, call_->url.target, request.headers, request.body);
  is_writing_ = true;
  // A write that fails is no news: the read fails too, or finds what the peer said before it
  // closed.
  stream_->write(std::move(bytes), [weak = weak_from_this()](StreamResult const&) {
    if (auto const self = weak.lock()) self->is_writing_ = false;
  });
  pool_.enter(call_, Stage::kAwaiting);
}

void ClientConnection::read() {
  stream_->read([weak = weak_from_this()](StreamResult const& result) {
    auto const self = weak.lock();
    if (!self) return;
    if (result.end != StreamEnd::kNone) return self->on_end(result);
    self->on_bytes(result.bytes);
    if (!self->is_closed_ && self->may_read_on()) self->read();
  });
}

auto ClientConnection::may_read_on() -> bool {
  return !call_ || pool_.may_read_on(*this, parser_->body_bytes_read());
}

void ClientConnection::on_bytes(std::string_view bytes) {
  if (!call_) {  // nobody asked
    close();
    return pool_.remove(*this);
  }
  if (call_->stage == Stage::kAwaiting) pool_.enter(call_, Stage::kReceiving);
  auto const used = parser_->feed(bytes);
  if (parser_->state() == ResponseParser::State::kComplete) return complete(bytes.substr(used));
  if (parser_->state() != ResponseParser::State::kFailed) return;
  auto const error = parser_->error();
  auto const is_too_large = error.status == 413 || error.status == 431;
  fail(call_->error(is_too_large ? Kind::kTooLarge : Kind::kProtocol, std::string(error.message)));
}

void ClientConnection::complete(std::string_view rest) {
  auto response = ClientResponse{};
  response.status = parser_->status();
  response.headers = parser_->take_headers();
  auto const is_reusable = parser_->keep_alive() && rest.empty() && !is_writing_;
  response.body = parser_->take_body();
  pool_.let_go(*this);
  auto const call = std::exchange(call_, nullptr);
  call->connection = nullptr;
  auto& pool = pool_;
  if (is_reusable) {
    pool.release(*this);
  } else {
    close();
    pool.remove(*this);
  }
  pool.finish(call, std::move(response));
}

void ClientConnection::on_end(StreamResult const& result) {
  if (!call_) {
    close();
    return pool_.remove(*this);
  }
  if (result.end == StreamEnd::kClosed) {
    parser_->finish();
    if (parser_->state() == ResponseParser::State::kComplete) return complete({});
  }
  auto const was_closed = result.end == StreamEnd::kClosed || result.end == StreamEnd::kCutOff;
  // The end of the peer's stream carries its last acknowledgement: what it does not cover was never
  // read.
  auto const is_unseen = was_closed && call_->stage == Stage::kAwaiting &&
                         stream_->acknowledged() == acknowledged_before_;
  if (!is_unseen || !was_used_ || call_->was_retried) {
    return fail(call_->error(Kind::kReset, "the connection was " + result.reason, is_unseen));
  }
  auto const call = std::exchange(call_, nullptr);
  call->connection = nullptr;
  call->was_retried = true;
  auto& pool = pool_;
  close();
  pool.retry(call);  // before remove(), which may give this connection's place to a call that waits
  pool.remove(*this);
}

void ClientConnection::fail(ClientError error) {
  auto const call = std::exchange(call_, nullptr);
  call->connection = nullptr;
  auto& pool = pool_;
  close();
  pool.remove(*this);
  pool.finish(call, std::unexpected(std::move(error)));
}

void ClientConnection::close() {
  is_closed_ = true;
  pool_.let_go(*this);
  idle_timer.cancel();
  stream_->close();
  if (call_) std::exchange(call_, nullptr)->connection = nullptr;
}

}  // namespace treadle::net
