#include "treadle/net/http_parser.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace treadle::net {
namespace {

auto constexpr kHeadLimits = HeadLimits{.bytes_max = 1024, .fields_max = 8};
auto constexpr kBodyBytesMax = std::size_t{64};

// What a parser made of a stream: each request as text, then how it ended.
auto parse_all(std::string_view stream, std::vector<std::size_t> const& cuts)
    -> std::vector<std::string> {
  auto parser = RequestParser(kHeadLimits, kBodyBytesMax);
  auto seen = std::vector<std::string>();
  auto from = std::size_t{0};
  auto feed = [&](std::string_view piece) {
    while (!piece.empty() && parser.state() != RequestParser::State::kFailed) {
      piece.remove_prefix(parser.feed(piece));
      if (parser.state() != RequestParser::State::kComplete) continue;
      auto const keep = parser.keep_alive();
      auto const request = parser.take();
      auto text =
          request.method + " " + request.target + " 1." + std::to_string(request.minor_version);
      for (auto const& field : request.headers) {
        text.append("|").append(field.name).append("=").append(field.value);
      }
      seen.push_back(text + "|" + request.body + (keep ? "|keep" : "|close"));
    }
  };
  for (auto const cut : cuts) {
    feed(stream.substr(from, cut - from));
    from = cut;
  }
  feed(stream.substr(from));
  auto const state = parser.state();
  seen.push_back(state == RequestParser::State::kFailed ? std::to_string(parser.error().status)
                 : state == RequestParser::State::kIdle ? "idle"
                                                        : "partial");
  return seen;
}

auto parse_whole(std::string_view stream) -> std::vector<std::string> {
  return parse_all(stream, {});
}

struct Case {
  std::string name;
  std::string stream;
  std::string end;           // of parse_all
  std::size_t requests = 0;  // before the end
};

auto post(std::string const& fields, std::string const& rest) -> std::string {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + rest;
}
auto chunked(std::string const& rest) -> std::string {
  return post("Transfer-Encoding: chunked\r\n", rest);
}
auto line(std::string const& text) -> std::string { return text + "\r\nHost: a\r\n\r\n"; }

auto cases() -> std::vector<Case> {
  return {
      {"minimal", line("GET / HTTP/1.1"), "idle", 1},
      {"leading_empty_lines", "\r\n\r\n" + line("GET / HTTP/1.1"), "idle", 1},
      {"length", post("Content-Length: 2\r\n", "{}"), "idle", 1},
      {"length_zero", post("Content-Length: 0\r\n", ""), "idle", 1},
      {"pipelined", post("Content-Length: 2\r\n", "{}") + line("GET /b HTTP/1.1"), "idle", 2},
      {"pipelined_garbage", line("GET / HTTP/1.1") + "\x01x\r\n", "400", 1},
      {"version_1_0", "GET / HTTP/1.0\r\n\r\n", "idle", 1},
      {"version_1_9", line("GET / HTTP/1.9"), "idle", 1},
      {"version_2", line("GET / HTTP/2.0"), "505"},
      {"version_3_7", line("GET / HTTP/3.7"), "505"},
      {"version_text", line("GET / HTTP/x"), "400"},
      {"version_missing", "GET /\r\n\r\n", "400"},
      {"version_lower_case", line("GET / http/1.1"), "400"},
      {"h2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
      {"tls_hello", "\x16\x03\x01", "400"},
      {"method_lower_case", line("post / HTTP/1.1"), "400"},
      {"method_connect", line("CONNECT a:1 HTTP/1.1"), "501"},
      {"method_unknown", line("BREW / HTTP/1.1"), "idle", 1},
      {"target_blank", line("GET / x HTTP/1.1"), "400"},
      {"target_two_blanks", line("GET  / HTTP/1.1"), "400"},
      {"target_nul", line(std::string("GET /\0 HTTP/1.1", 15)), "400"},
      {"target_high", line("GET /\xff HTTP/1.1"), "400"},
      {"target_backslash", line("GET /..\\x HTTP/1.1"), "400"},
      {"target_percent_cut", line("GET /%2 HTTP/1.1"), "400"},
      {"target_percent_bad", line("GET /%zz HTTP/1.1"), "400"},
      {"target_percent", line("GET /%2e%2E?a=%00 HTTP/1.1"), "idle", 1},
      {"target_fragment", line("GET /#x HTTP/1.1"), "400"},
      {"target_star", line("GET * HTTP/1.1"), "400"},
      {"target_star_options", line("OPTIONS * HTTP/1.1"), "idle", 1},
      {"target_absolute", line("GET http://a/x HTTP/1.1"), "idle", 1},
      {"target_absolute_query", line("GET http://a?x HTTP/1.1"), "idle", 1},
      {"target_absolute_other_host", line("GET http://b/x HTTP/1.1"), "400"},
      {"target_absolute_user", line("GET http://u@a/x HTTP/1.1"), "400"},
      {"target_relative", line("GET x HTTP/1.1"), "400"},
      {"host_missing", "GET / HTTP/1.1\r\n\r\n", "400"},
      {"host_twice", line("GET / HTTP/1.1\r\nHost: a"), "400"},
      {"host_empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"},
      {"host_path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"},
      {"host_port", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "idle", 1},
      {"length_and_chunked",
       post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400"},
      {"chunked_and_length",
       post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), "400"},
      {"length_twice", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), "400"},
      {"length_list", post("Content-Length: 2, 2\r\n", "{}"), "400"},
      {"length_negative", post("Content-Length: -1\r\n", "{}"), "400"},
      {"length_plus", post("Content-Length: +2\r\n", "{}"), "400"},
      {"length_hex", post("Content-Length: 0x2\r\n", "{}"), "400"},
      {"length_empty", post("Content-Length:\r\n", "{}"), "400"},
      {"length_wraps", post("Content-Length: 18446744073709551618\r\n", "{}"), "400"},
      {"length_leading_zero", post("Content-Length: 02\r\n", "{}"), "400"},
      {"length_max", post("Content-Length: 64\r\n", std::string(64, 'x')), "idle", 1},
      {"length_over", post("Content-Length: 65\r\n", ""), "413"},
      {"coding_unknown", post("Transfer-Encoding: xchunked\r\n", ""), "400"},
      {"coding_identity", post("Transfer-Encoding: identity\r\n", ""), "400"},
      {"coding_empty", post("Transfer-Encoding:\r\n", ""), "400"},
      {"coding_list", post("Transfer-Encoding: gzip, chunked\r\n", ""), "400"},
      {"coding_repeated", post("Transfer-Encoding: chunked, chunked\r\n", ""), "400"},
      {"coding_twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", ""),
       "400"},
      {"coding_vertical_tab",
       post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            ""),
       "400"},
      {"coding_in_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {"chunks", chunked("1\r\n{\r\n1;x=y\r\n}\r\n0\r\nTrailer: x\r\n\r\n"), "idle", 1},
      {"chunk_upper_hex", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "idle", 1},
      {"chunk_not_hex", chunked("zz\r\n{}\r\n"), "400"},
      {"chunk_negative", chunked("-2\r\n{}\r\n"), "400"},
      {"chunk_blank", chunked(" 2\r\n{}\r\n"), "400"},
      {"chunk_0x", chunked("0x2\r\n{}\r\n"), "400"},
      {"chunk_empty_line", chunked("\r\n{}\r\n"), "400"},
      {"chunk_huge", chunked("fffffffffffffff\r\n"), "413"},
      {"chunk_wraps", chunked("10000000000000002\r\n{}\r\n"), "400"},
      {"chunk_without_end", chunked("2\r\n{}XX0\r\n\r\n"), "400"},
      {"chunk_bare_lf", chunked("2\n{}\n0\n\n"), "400"},
      {"chunk_long_extension", chunked("2;" + std::string(300, 'a') + "\r\n{}\r\n"), "400"},
      {"chunk_extension_control", chunked("2;\x01\r\n{}\r\n"), "400"},
      {"chunk_sum_over", chunked("40\r\n" + std::string(64, 'x') + "\r\n1\r\n"), "413"},
      {"trailer_folded", chunked("0\r\n x\r\n\r\n"), "400"},
      {"line_bare_lf", "GET / HTTP/1.1\nHost: a\n\n", "400"},
      {"field_bare_cr", post("X: a\rb\r\n", ""), "400"},
      {"field_nul", post(std::string("X: a\0b\r\n", 8), ""), "400"},
      {"field_folded", post("X: a\r\n b\r\n", ""), "400"},
      {"field_no_colon", post("garbage\r\n", ""), "400"},
      {"field_no_name", post(": x\r\n", ""), "400"},
      {"field_blank_before_colon", post("X : x\r\n", ""), "400"},
      {"field_name_high", post("X-\xff: x\r\n", ""), "400"},
      {"field_value_trimmed", post("X:  \t x \t \r\n", ""), "idle", 1},
      {"field_value_empty", post("X: \r\n", ""), "idle", 1},
      {"fields_max", post("A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\nG: 1\r\n", ""), "idle",
       1},
      {"fields_over", post("A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\nG: 1\r\nH: 1\r\n", ""),
       "431"},
      {"head_over", post("X: " + std::string(1024, 'a') + "\r\n", ""), "431"},
      {"head_over_unended", std::string(1025, 'A'), "431"},
      {"empty_lines_over", std::string("\r\n") + std::string(1023, 'A'), "431"},
      {"expect_continue", post("Expect: 100-Continue\r\nContent-Length: 2\r\n", "{}"), "idle", 1},
      {"expect_other", post("Expect: 200-maybe\r\n", ""), "417"},
      {"partial_head", "GET / HTTP/1.1\r\nHo", "partial"},
      {"partial_body", post("Content-Length: 3\r\n", "{}"), "partial"},
      {"partial_chunk", chunked("2\r\n{}\r\n0\r\n"), "partial"},
      {"nothing", "", "idle"},
  };
}

class RequestParserCase : public testing::TestWithParam<Case> {};

TEST_P(RequestParserCase, EndsAsExpected) {
  auto const seen = parse_whole(GetParam().stream);
  EXPECT_EQ(seen.back(), GetParam().end);
  EXPECT_EQ(seen.size() - 1, GetParam().requests);
}

TEST_P(RequestParserCase, DoesNotDependOnSplits) {
  auto const& stream = GetParam().stream;
  auto const whole = parse_whole(stream);
  auto bytewise = std::vector<std::size_t>();
  for (auto i = std::size_t{1}; i < stream.size(); ++i) {
    bytewise.push_back(i);
    EXPECT_EQ(parse_all(stream, {i}), whole) << "cut at " << i;
  }
  EXPECT_EQ(parse_all(stream, bytewise), whole);
}

INSTANTIATE_TEST_SUITE_P(All, RequestParserCase, testing::ValuesIn(cases()),
                         [](auto const& row) { return row.param.name; });

TEST(RequestParser, KeepsWhatWasSaid) {
  EXPECT_EQ(parse_whole("POST http://A:1?q=%2F HTTP/1.1\r\nhost: a:1\r\nX:  b c \r\nx: d\r\n"
                        "Content-Length: 2\r\n\r\n{}"),
            (std::vector<std::string>{
                "POST /?q=%2F 1.1|host=a:1|X=b c|x=d|Content-Length=2|{}|keep", "idle"}));
}

TEST(RequestParser, TellsWhetherTheConnectionStaysOpen) {
  struct Row {
    std::string name, request, end;
  };
  for (auto const& row : std::vector<Row>{
           {"default_1_1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "keep"},
           {"default_1_0", "GET / HTTP/1.0\r\n\r\n", "close"},
           {"close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "close"},
           {"keep_1_0", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "keep"},
           {"both",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
            "close"},
       }) {
    EXPECT_TRUE(parse_whole(row.request).front().ends_with("|" + row.end)) << row.name;
  }
}

TEST(RequestParser, AwaitsContinueUntilItIsTaken) {
  auto parser = RequestParser(kHeadLimits, kBodyBytesMax);
  parser.feed(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  EXPECT_EQ(parser.state(), RequestParser::State::kBody);
  EXPECT_TRUE(parser.awaits_continue());
  parser.feed("{}");
  EXPECT_TRUE(parser.awaits_continue());
  EXPECT_EQ(parser.take().body, "{}");
  EXPECT_FALSE(parser.awaits_continue());
}

auto parse_response(std::string_view stream, std::string_view method, bool ends) -> std::string {
  auto whole = std::string();
  for (auto step : {stream.size(), std::size_t{1}, std::size_t{3}}) {
    auto parser = ResponseParser(kHeadLimits, kBodyBytesMax);
    parser.expect_answer_to(method);
    auto rest = stream;
    while (!rest.empty() && parser.state() != ResponseParser::State::kFailed &&
           parser.state() != ResponseParser::State::kComplete) {
      rest.remove_prefix(parser.feed(rest.substr(0, step)));
    }
    if (ends) parser.finish();
    auto text = std::string();
    if (parser.state() == ResponseParser::State::kFailed) {
      text = "failed " + std::to_string(parser.error().status);
    } else if (parser.state() == ResponseParser::State::kComplete) {
      auto const keep = parser.keep_alive();
      text =
          std::to_string(parser.status()) + "|" + parser.take_body() + (keep ? "|keep" : "|close");
    } else {
      text = "partial";
    }
    if (whole.empty()) whole = text;
    EXPECT_EQ(text, whole) << "fed by " << step;
  }
  return whole;
}

TEST(ResponseParser, Table) {
  struct Row {
    std::string name, stream, method;
    bool ends;
    std::string expected;
  };
  auto const big = std::string(65, 'x');
  for (auto const& row : std::vector<Row>{
           {"length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "POST", false,
            "200|{}|keep"},
           {"no_reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "POST", false, "200||keep"},
           {"chunked", "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "GET", false, "500|{}|keep"},
           {"until_end", "HTTP/1.1 200 OK\r\n\r\nabc", "GET", true, "200|abc|close"},
           {"until_end_open", "HTTP/1.1 200 OK\r\n\r\nabc", "GET", false, "partial"},
           {"head", "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", "HEAD", false, "200||keep"},
           {"no_content", "HTTP/1.1 204 No\r\n\r\n", "POST", false, "204||keep"},
           {"not_modified", "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", "GET", false,
            "304||keep"},
           {"interim",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: b\r\n\r\nHTTP/1.1 200 "
            "OK\r\nContent-Length: 1\r\n\r\nx",
            "POST", false, "200|x|keep"},
           {"switching", "HTTP/1.1 101 X\r\n\r\n", "GET", false, "failed 400"},
           {"close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "GET",
            false, "200||close"},
           {"version_1_0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "GET", false,
            "200||close"},
           {"version_2", "HTTP/2 200 OK\r\n\r\n", "GET", false, "failed 400"},
           {"status_text", "HTTP/1.1 2x0 OK\r\n\r\n", "GET", false, "failed 400"},
           {"status_long", "HTTP/1.1 2000 OK\r\n\r\n", "GET", false, "failed 400"},
           {"cut_head", "HTTP/1.1 200 OK\r\nCont", "GET", true, "failed 400"},
           {"cut_body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", "GET", true,
            "failed 400"},
           {"too_large", "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n", "GET", false,
            "failed 413"},
           {"too_large_until_end", "HTTP/1.1 200 OK\r\n\r\n" + big, "GET", false, "failed 413"},
           {"large_head", "HTTP/1.1 200 OK\r\nX: " + std::string(1100, 'a') + "\r\n\r\n", "GET",
            false, "failed 431"},
           {"two_lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "GET", false, "failed 400"},
           {"not_http", "SSH-2.0-x\r\n\r\n", "GET", false, "failed 400"},
       }) {
    EXPECT_EQ(parse_response(row.stream, row.method, row.ends), row.expected) << row.name;
  }
}

// What a request with `size` bytes of body becomes, in one piece.
auto parse_body(LargeBodies const& large, std::string_view target, std::size_t size)
    -> std::pair<RequestParser::State, RequestParser> {
  auto parser = RequestParser(kHeadLimits, kBodyBytesMax, &large);
  auto const bytes = "PUT " + std::string(target) +
                     " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                     fmt::format("{:x}\r\n", size) + std::string(size, 'x') + "\r\n0\r\n\r\n";
  auto rest = std::string_view(bytes);
  while (!rest.empty() && parser.state() != RequestParser::State::kFailed) {
    rest.remove_prefix(parser.feed(rest.substr(0, 1'000)));
  }
  auto const state = parser.state();
  return {state, std::move(parser)};
}

TEST(LargeBodies, DependOnTheHeadAndShareABudget) {
  auto constexpr kStep = std::size_t{1} << 20;
  auto const large = LargeBodies{
      .bytes_max = [](Request const& head) { return head.target == "/big" ? 2 * kStep : 0; },
      .budget = std::make_shared<BodyBudget>(2 * kStep)};
  using State = RequestParser::State;
  EXPECT_EQ(parse_body(large, "/small", kBodyBytesMax).first, State::kComplete);
  EXPECT_EQ(parse_body(large, "/small", kBodyBytesMax + 1).second.error().status, 413);
  EXPECT_EQ(parse_body(large, "/big", 2 * kStep + 1).second.error().status, 413);
  EXPECT_EQ(large.budget->left(), 2 * kStep);

  auto first = parse_body(large, "/big", kStep + 1);
  ASSERT_EQ(first.first, State::kComplete);
  EXPECT_EQ(large.budget->left(), 0U);
  EXPECT_EQ(parse_body(large, "/big", kBodyBytesMax + 1).second.error().status, 503);
  EXPECT_EQ(parse_body(large, "/big", kBodyBytesMax).first, State::kComplete);  // not a large one
  {
    auto const request = first.second.take();
    EXPECT_EQ(request.body.size(), kStep + 1);
    EXPECT_EQ(large.budget->left(), 0U);
  }
  EXPECT_EQ(large.budget->left(), 2 * kStep);
  EXPECT_EQ(parse_body(large, "/big", 2 * kStep).first, State::kComplete);
  EXPECT_EQ(large.budget->left(), 2 * kStep);
}

}  // namespace
}  // namespace treadle::net
