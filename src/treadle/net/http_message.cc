#include "treadle/net/http_message.h"

#include <algorithm>

#include "treadle/base/random.h"

namespace treadle::net {
namespace {

auto to_lower(char c) -> char { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

struct StatusName {
  int status;
  std::string_view reason;
};

// Source: IANA, HTTP status codes.
StatusName constexpr kStatusNames[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {424, "Failed Dependency"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

}  // namespace

Headers::Headers(std::initializer_list<Header> fields) {
  for (auto const& field : fields) add(field.name, field.value);
}

auto Headers::find(std::string_view name) const -> std::optional<std::string_view> {
  for (auto const& field : fields_) {
    if (equals_ignoring_case(text_at(field.name), name)) return text_at(field.value);
  }
  return std::nullopt;
}

auto Headers::count(std::string_view name) const -> std::size_t {
  return static_cast<std::size_t>(std::ranges::count_if(fields_, [&](Field const& field) {
    return equals_ignoring_case(text_at(field.name), name);
  }));
}

auto Headers::append(std::string_view text) -> Span {
  auto const span =
      Span{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())};
  text_.append(text);
  return span;
}

void Headers::add(std::string_view name, std::string_view value) {
  auto const name_at = append(name);
  fields_.push_back({name_at, append(value)});
}

void Headers::set(std::string_view name, std::string_view value) {
  auto const kept_name = std::string(name);  // both may point into text_
  auto const kept_value = std::string(value);
  remove(kept_name);
  add(kept_name, kept_value);
}

void Headers::remove(std::string_view name) {
  std::erase_if(
      fields_, [&](Field const& field) { return equals_ignoring_case(text_at(field.name), name); });
}

void Headers::reserve_usual() {
  text_.reserve(1'000);  // with a signature
  fields_.reserve(12);
}

auto make_request_id() -> RequestId {
  thread_local SystemRandom random;
  auto const high = random.next_u64();
  RequestId id;
  write_uuid_v4(id.text, high, random.next_u64());
  return id;
}

auto reason_phrase(int status) -> std::string_view {
  auto const* const found = std::ranges::find(kStatusNames, status, &StatusName::status);
  return found == std::end(kStatusNames) ? "Unknown" : found->reason;
}

auto equals_ignoring_case(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || to_lower(x) == to_lower(y);
         });
}

}  // namespace treadle::net
