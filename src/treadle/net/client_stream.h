// A byte stream to one peer, TCP or TLS over it, on an event loop. For HttpClient.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "treadle/net/event_loop.h"

namespace treadle::net {

// Why a stream could not be opened, or ended.
enum class StreamEnd : std::uint8_t {
  kNone,
  kConnect,  // no address, none allowed, refused
  kTls,      // no TLS, or not with whom it should be
  kClosed,   // the peer closed it in order
  kCutOff,   // the peer closed TCP without TLS's goodbye: what was read may be a part only
  kBroken,   // reset
};

struct StreamResult {
  StreamEnd end = StreamEnd::kNone;
  std::string reason{};      // for people, when it is not kNone
  std::string_view bytes{};  // of a read; valid during the callback
};

// What the TLS connections of a client share.
class TlsSettings {
 public:
  // Trusts the certificates in `ca_file` (PEM), or the system's when it is empty. Reads them at
  // once.
  explicit TlsSettings(std::string const& ca_file);
  // Trusts `certificates`, PEM text, and no others.
  [[nodiscard]] static auto trusting(std::string_view certificates) -> TlsSettings;
  TlsSettings(TlsSettings&&) noexcept;
  ~TlsSettings();
  struct Impl;
  [[nodiscard]] auto impl() -> Impl& { return *impl_; }

 private:
  TlsSettings();
  std::unique_ptr<Impl> impl_;
};

struct StreamTarget {
  std::string host;
  std::uint16_t port = 0;
  std::function<bool(std::string_view address)> allow_address;  // empty: all
};

// Callbacks run on the loop, never inside the call, and not after close(). One read and one write
// at a time.
class ClientStream {
 public:
  using Callback = std::function<void(StreamResult const&)>;

  virtual ~ClientStream() = default;
  // Resolves, connects, agrees on TLS. Once.
  virtual void open(StreamTarget target, Callback done) = 0;
  virtual void read(Callback done) = 0;
  // All of `bytes`.
  virtual void write(std::string bytes, Callback done) = 0;
  virtual void close() = 0;
  // How many bytes the peer's TCP has acknowledged so far. What was not acknowledged when the
  // peer's end of the stream was read cannot have been seen by the peer.
  [[nodiscard]] virtual auto acknowledged() -> std::uint64_t = 0;
};

// `tls` null: plain TCP. It may go once this has returned: the stream holds what it needs of it.
[[nodiscard]] auto make_client_stream(EventLoop& loop, TlsSettings* tls)
    -> std::shared_ptr<ClientStream>;

// Bytes that the peer of a TCP socket has acknowledged; 0 if the kernel does not say. (In a file of
// its own: the kernel's header and the C library's define the same names.)
[[nodiscard]] auto acknowledged_bytes(int descriptor) -> std::uint64_t;

}  // namespace treadle::net
