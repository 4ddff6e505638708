#include "treadle/net/client_stream.h"

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

namespace treadle::net {
namespace asio = boost::asio;

struct TlsSettings::Impl {
  asio::ssl::context context{asio::ssl::context::tls_client};
  boost::system::error_code error;  // of reading the certificates
};

TlsSettings::TlsSettings() : impl_(std::make_unique<Impl>()) {
  auto& context = impl_->context;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
}

TlsSettings::TlsSettings(std::string const& ca_file) : TlsSettings() {
  if (ca_file.empty()) {
    std::ignore = impl_->context.set_default_verify_paths(impl_->error);
  } else {
    std::ignore = impl_->context.load_verify_file(ca_file, impl_->error);
  }
}

auto TlsSettings::trusting(std::string_view certificates) -> TlsSettings {
  TlsSettings settings;
  std::ignore = settings.impl_->context.add_certificate_authority(
      asio::buffer(certificates.data(), certificates.size()), settings.impl_->error);
  return settings;
}

TlsSettings::TlsSettings(TlsSettings&&) noexcept = default;
TlsSettings::~TlsSettings() = default;

namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using TlsSocket = asio::ssl::stream<Socket>;

auto constexpr kReadBytes = std::size_t{8} * 1024;

auto how_it_ended(error_code error) -> StreamResult {
  if (!error) return {};
  if (error == asio::error::eof) return {StreamEnd::kClosed, "closed by the peer"};
  if (error == asio::ssl::error::stream_truncated)
    return {StreamEnd::kCutOff, "cut off by the peer"};
  return {StreamEnd::kBroken, error.message()};
}

// `Layer` is Socket or TlsSocket.
template <typename Layer>
class Stream final : public ClientStream, public std::enable_shared_from_this<Stream<Layer>> {
 public:
  template <typename... Arguments>
  explicit Stream(EventLoop& loop, Arguments&&... arguments)
      : resolver_(loop.context().get_executor()),
        layer_(Socket(loop.context().get_executor()), std::forward<Arguments>(arguments)...) {}

  void open(StreamTarget target, Callback done) override {
    target_ = std::move(target);
    done_opening_ = std::move(done);
    auto error = error_code();
    auto const address = asio::ip::make_address(target_.host, error);
    if (!error) return connect({tcp::endpoint(address, target_.port)});
    resolver_.async_resolve(
        target_.host, std::to_string(target_.port),
        [self = this->shared_from_this()](error_code failure, auto const& found) {
          if (self->is_closed_) return;
          if (failure) return self->opened(StreamEnd::kConnect, failure.message());
          self->connect({found.begin(), found.end()});
        });
  }

  void read(Callback done) override {
    layer_.async_read_some(asio::buffer(input_),
                           [self = this->shared_from_this(), done = std::move(done)](
                               error_code error, std::size_t size) {
                             if (self->is_closed_) return;
                             auto result = how_it_ended(error);
                             result.bytes = {self->input_.data(), size};
                             done(result);
                           });
  }

  void write(std::string bytes, Callback done) override {
    output_ = std::move(bytes);
    asio::async_write(layer_, asio::buffer(output_),
                      [self = this->shared_from_this(), done = std::move(done)](
                          error_code error, std::size_t /*size*/) {
                        if (self->is_closed_) return;
                        self->output_ = {};
                        done(how_it_ended(error));
                      });
  }

  void close() override {
    if (std::exchange(is_closed_, true)) return;
    auto error = error_code();
    resolver_.cancel();
    std::ignore = socket().close(error);
  }

  [[nodiscard]] auto acknowledged() -> std::uint64_t override {
    return acknowledged_bytes(socket().native_handle());
  }

 private:
  static auto constexpr kIsTls = std::is_same_v<Layer, TlsSocket>;

  auto socket() -> Socket& {
    if constexpr (kIsTls) {
      return layer_.next_layer();
    } else {
      return layer_;
    }
  }

  void connect(std::vector<tcp::endpoint> endpoints) {
    std::erase_if(endpoints, [this](tcp::endpoint const& endpoint) {
      return target_.allow_address && !target_.allow_address(endpoint.address().to_string());
    });
    endpoints_ = std::move(endpoints);
    asio::async_connect(socket(), endpoints_,
                        [self = this->shared_from_this()](error_code error, tcp::endpoint const&) {
                          if (self->is_closed_) return;
                          // What async_connect says when it was given no address at all.
                          if (error == asio::error::not_found) {
                            return self->opened(StreamEnd::kConnect, "its address is not allowed");
                          }
                          if (error) return self->opened(StreamEnd::kConnect, error.message());
                          std::ignore = self->socket().set_option(tcp::no_delay(true), error);
                          self->secure();
                        });
  }

  void secure() {
    if constexpr (kIsTls) {
      auto error = error_code();
      auto is_address = error_code();
      asio::ip::make_address(target_.host, is_address);
      if (is_address) SSL_set_tlsext_host_name(layer_.native_handle(), target_.host.c_str());
      std::ignore =
          layer_.set_verify_callback(asio::ssl::host_name_verification(target_.host), error);
      layer_.async_handshake(asio::ssl::stream_base::client,
                             [self = this->shared_from_this()](error_code failure) {
                               if (self->is_closed_) return;
                               if (failure) return self->opened(StreamEnd::kTls, failure.message());
                               self->opened(StreamEnd::kNone, "");
                             });
    } else {
      opened(StreamEnd::kNone, "");
    }
  }

  void opened(StreamEnd end, std::string reason) {
    auto const done = std::exchange(done_opening_, nullptr);
    done({end, std::move(reason)});
  }

  StreamTarget target_;
  Callback done_opening_;
  asio::ip::basic_resolver<tcp, Executor> resolver_;
  std::vector<tcp::endpoint> endpoints_;
  Layer layer_;
  std::vector<char> input_ = std::vector<char>(kReadBytes);
  std::string output_;
  bool is_closed_ = false;
};

// When the certificates to trust cannot be read.
class FailingStream final : public ClientStream,
                            public std::enable_shared_from_this<FailingStream> {
 public:
  FailingStream(EventLoop& loop, std::string reason) : loop_(loop), reason_(std::move(reason)) {}

  void open(StreamTarget /*target*/, Callback done) override {
    loop_.post([self = shared_from_this(), done = std::move(done)] {
      if (!self->is_closed_) done({StreamEnd::kTls, self->reason_});
    });
  }
  void read(Callback /*done*/) override {}
  void write(std::string /*bytes*/, Callback /*done*/) override {}
  void close() override { is_closed_ = true; }
  [[nodiscard]] auto acknowledged() -> std::uint64_t override { return 0; }

 private:
  EventLoop& loop_;
  std::string const reason_;
  bool is_closed_ = false;
};

}  // namespace

auto make_client_stream(EventLoop& loop, TlsSettings* tls) -> std::shared_ptr<ClientStream> {
  if (tls == nullptr) return std::make_shared<Stream<Socket>>(loop);
  if (tls->impl().error) {
    return std::make_shared<FailingStream>(
        loop, "the certificates to trust cannot be read: " + tls->impl().error.message());
  }
  return std::make_shared<Stream<TlsSocket>>(loop, tls->impl().context);
}

}  // namespace treadle::net
