// Requests and responses of HTTP/1.1 as values: no sockets, no parsing.
// Source: RFC 9110 (semantics), RFC 9112 (messages).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::net {

class BodyShare;

// One field: views into the Headers it came from, valid until those change.
struct Header {
  std::string_view name;
  std::string_view value;
};

// Header fields in the order they came, repeated names included. Names compare without regard to
// ASCII case. All text lives in one buffer, so that a message costs two allocations and not two a
// field.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields);

  // The value of the first field of that name.
  [[nodiscard]] auto find(std::string_view name) const -> std::optional<std::string_view>;
  [[nodiscard]] auto count(std::string_view name) const -> std::size_t;

  void add(std::string_view name, std::string_view value);
  // Replaces every field of that name by one.
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  // Room for what a request usually has.
  void reserve_usual();

  [[nodiscard]] auto size() const -> std::size_t { return fields_.size(); }
  [[nodiscard]] auto empty() const -> bool { return fields_.empty(); }
  [[nodiscard]] auto operator[](std::size_t index) const -> Header {
    return {text_at(fields_[index].name), text_at(fields_[index].value)};
  }

  class Iterator {
   public:
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Headers const* headers, std::size_t index) : headers_(headers), index_(index) {}
    auto operator*() const -> Header { return (*headers_)[index_]; }
    auto operator++() -> Iterator& {
      ++index_;
      return *this;
    }
    auto operator++(int) -> Iterator { return {headers_, index_++}; }
    friend auto operator==(Iterator const&, Iterator const&) -> bool = default;

   private:
    Headers const* headers_ = nullptr;
    std::size_t index_ = 0;
  };
  [[nodiscard]] auto begin() const -> Iterator { return {this, 0}; }
  [[nodiscard]] auto end() const -> Iterator { return {this, fields_.size()}; }

 private:
  friend class HeadReader;  // fills text_ with a head as it arrives, then marks the fields in it
  struct Span {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct Field {
    Span name;
    Span value;
  };
  [[nodiscard]] auto text_at(Span span) const -> std::string_view {
    return {text_.data() + span.offset, span.size};
  }
  auto append(std::string_view text) -> Span;

  std::string text_;
  std::vector<Field> fields_;
};

// A random UUID (version 4) as text, e.g. "6b1f0f2e-...": names one request in logs and to the
// client.
struct RequestId {
  std::array<char, 36> text{};
  [[nodiscard]] auto view() const -> std::string_view { return {text.data(), text.size()}; }
};
// Any thread.
[[nodiscard]] auto make_request_id() -> RequestId;

struct Request {
  std::string method;  // as sent: methods are case-sensitive
  // Path and query as sent, percent-encoding untouched: "/a%2Fb?c=d", or "*" of OPTIONS. Only
  // characters that RFC 3986 allows, each '%' followed by two hexadecimal digits. Of an absolute
  // target its authority was found equal to Host and dropped.
  std::string target;
  Headers headers{};  // exactly one Host when minor_version is 1
  std::string body{};
  std::string remote;     // address of the peer without its port: "127.0.0.1", "::1"
  int minor_version = 1;  // HTTP/1.minor_version
  RequestId id;           // goes back as x-amzn-RequestId
  // Of a large body: goes with the body wherever that is kept.
  std::shared_ptr<BodyShare> share{};
};

// Why a message is refused before anybody looks at what it asks for.
struct RequestError {
  int status = 400;          // 400, 408, 413, 417, 431, 501, 503, 505
  std::string_view message;  // a constant, for the client to read
  friend auto operator==(RequestError const&, RequestError const&) -> bool = default;
};

enum class AfterResponse : std::uint8_t { kKeepOpen, kClose };

struct Response {
  int status = 200;
  std::string content_type = "application/x-amz-json-1.0";  // empty: no Content-Type
  // Besides these the server writes Content-Type, Content-Length, Date, Connection and
  // x-amzn-RequestId; fields of those names are left out, and so is a field with a control
  // character in it.
  Headers headers{};
  std::string body{};  // not sent in answer to HEAD, nor with 204 and 304
  AfterResponse after = AfterResponse::kKeepOpen;
};

// "OK", "Not Found" ...; "Unknown" for a status that is not registered.
[[nodiscard]] auto reason_phrase(int status) -> std::string_view;

// Whether two names, or two tokens such as "close", are the same without regard to ASCII case.
[[nodiscard]] auto equals_ignoring_case(std::string_view a, std::string_view b) -> bool;

}  // namespace treadle::net
