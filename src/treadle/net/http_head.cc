#include "treadle/net/http_head.h"

#include <algorithm>
#include <array>
#include <utility>

namespace treadle::net {
namespace {

using ByteSet = std::array<bool, 256>;

// RFC 9110, section 5.6.2: tchar.
constexpr auto make_token_bytes() -> ByteSet {
  auto set = ByteSet{};
  for (unsigned char const c : std::string_view("!#$%&'*+-.^_`|~")) set[c] = true;
  for (auto c = '0'; c <= '9'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (auto c = 'a'; c <= 'z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (auto c = 'A'; c <= 'Z'; ++c) set[static_cast<unsigned char>(c)] = true;
  return set;
}

// RFC 9110, section 5.5: field-vchar, SP and HTAB.
constexpr auto make_value_bytes() -> ByteSet {
  auto set = ByteSet{};
  for (auto c = std::size_t{0x20}; c < set.size(); ++c) set[c] = c != 0x7F;
  set['\t'] = true;
  return set;
}

ByteSet constexpr kTokenBytes = make_token_bytes();
ByteSet constexpr kValueBytes = make_value_bytes();

auto all_in(ByteSet const& set, std::string_view text) -> bool {
  return std::ranges::all_of(text, [&](char c) { return set[static_cast<unsigned char>(c)]; });
}

auto is_blank(char c) -> bool { return c == ' ' || c == '\t'; }

auto trim(std::string_view text) -> std::string_view {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

auto refuse(int status, std::string_view message) -> std::unexpected<RequestError> {
  return std::unexpected(RequestError{status, message});
}

auto read_length(std::string_view text) -> std::expected<std::uint64_t, RequestError> {
  auto constexpr kDigitsMax = std::size_t{19};  // any such number fits 64 bits
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > kDigitsMax || !std::ranges::all_of(text, is_digit) ||
      (text.size() > 1 && text.front() == '0')) {
    return refuse(400, "Content-Length is not a number");
  }
  auto length = std::uint64_t{0};
  for (auto const c : text) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  return length;
}

}  // namespace

auto HeadReader::feed(std::string_view bytes) -> std::size_t {
  auto used = std::size_t{0};
  while (used < bytes.size() && (state_ == State::kEmpty || state_ == State::kReading)) {
    auto const rest = bytes.substr(used);
    if (state_ == State::kEmpty && rest.front() != '\r' && rest.front() != '\n') {
      // Answers at once to whoever speaks another protocol and will never send a line end.
      if (!kTokenBytes[static_cast<unsigned char>(rest.front())]) {
        fail(400, "A message begins with a character that is not allowed");
        break;
      }
      headers_.reserve_usual();
    }
    state_ = State::kReading;
    auto const newline = rest.find('\n');
    auto const piece = newline == std::string_view::npos ? rest : rest.substr(0, newline + 1);
    if (piece.size() > limits_.bytes_max - bytes_seen_) {
      fail(431, "The headers are too large");
      break;
    }
    bytes_seen_ += piece.size();
    used += piece.size();
    headers_.text_.append(piece);
    if (newline != std::string_view::npos) end_line();
  }
  return used;
}

void HeadReader::end_line() {
  auto const end = headers_.text_.size();
  if (end - line_start_ < 2 || headers_.text_[end - 2] != '\r') {
    return fail(400, "A line does not end with CR LF");
  }
  auto const line = Headers::Span{static_cast<std::uint32_t>(line_start_),
                                  static_cast<std::uint32_t>(end - 2 - line_start_)};
  line_start_ = end;
  auto const awaits_start_line = section_ == Section::kHead && start_line_.size == 0;
  if (line.size == 0 && awaits_start_line) {
    headers_.text_.clear();
    line_start_ = 0;
    state_ = State::kEmpty;
  } else if (line.size == 0) {
    state_ = State::kDone;
  } else if (!awaits_start_line) {
    read_field(line);
  } else if (all_in(kValueBytes, headers_.text_at(line))) {
    start_line_ = line;
  } else {
    fail(400, "The first line has a character that is not allowed");
  }
}

void HeadReader::read_field(Headers::Span line) {
  auto const text = headers_.text_at(line);
  if (is_blank(text.front())) return fail(400, "A header is folded over several lines");
  auto const colon = text.find(':');
  if (colon == std::string_view::npos) return fail(400, "A header has no colon");
  if (!is_token(text.substr(0, colon))) {
    return fail(400, "A header name has a character that is not allowed");
  }
  auto const value = trim(text.substr(colon + 1));
  if (!is_field_value(value)) {
    return fail(400, "A header value has a character that is not allowed");
  }
  if (headers_.fields_.size() == limits_.fields_max) return fail(431, "There are too many headers");
  auto const value_at = value.empty()
                            ? line.offset
                            : static_cast<std::uint32_t>(value.data() - headers_.text_.data());
  headers_.fields_.push_back({{line.offset, static_cast<std::uint32_t>(colon)},
                              {value_at, static_cast<std::uint32_t>(value.size())}});
}

void HeadReader::fail(int status, std::string_view message) {
  state_ = State::kFailed;
  error_ = {status, message};
}

auto HeadReader::take_headers() -> Headers {
  auto taken = std::move(headers_);
  *this = HeadReader(section_, limits_);
  return taken;
}

auto read_framing(Headers const& headers, int minor_version)
    -> std::expected<Framing, RequestError> {
  auto const codings = headers.count("Transfer-Encoding");
  auto const lengths = headers.count("Content-Length");
  if (codings + lengths > 1) {
    return refuse(400,
                  "Content-Length and Transfer-Encoding are repeated or contradict each other");
  }
  if (codings == 1) {
    if (minor_version == 0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding");
    if (!equals_ignoring_case(*headers.find("Transfer-Encoding"), "chunked")) {
      return refuse(400, "The only Transfer-Encoding understood is chunked");
    }
    return Framing{BodyKind::kChunked, 0};
  }
  if (lengths == 0) return Framing{};
  auto const length = read_length(*headers.find("Content-Length"));
  if (!length) return std::unexpected(length.error());
  return Framing{BodyKind::kSized, *length};
}

auto read_version(std::string_view text) -> std::expected<int, RequestError> {
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
      !is_digit(text[7])) {
    return refuse(400, "The first line has no HTTP version");
  }
  if (text[5] != '1') return refuse(505, "The HTTP version is not supported");
  return text[7] == '0' ? 0 : 1;
}

auto has_token(Headers const& headers, std::string_view name, std::string_view token) -> bool {
  for (auto const& field : headers) {
    if (!equals_ignoring_case(field.name, name)) continue;
    auto rest = field.value;
    while (!rest.empty()) {
      auto const comma = std::min(rest.find(','), rest.size());
      if (equals_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

auto is_persistent(Headers const& headers, int minor_version) -> bool {
  if (has_token(headers, "Connection", "close")) return false;
  return minor_version > 0 || has_token(headers, "Connection", "keep-alive");
}

auto is_method(std::string_view text) -> bool {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

auto is_token(std::string_view text) -> bool { return !text.empty() && all_in(kTokenBytes, text); }

auto is_field_value(std::string_view text) -> bool { return all_in(kValueBytes, text); }

}  // namespace treadle::net
