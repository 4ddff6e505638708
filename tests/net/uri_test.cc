#include "treadle/net/uri.h"

#include <vector>

#include <gtest/gtest.h>

namespace treadle::net {
namespace {

TEST(Uri, ParseUrl) {
  struct Row {
    std::string text, expected;  // host port authority target, or "refused"
  };
  for (auto const& row : std::vector<Row>{
           {"http://a", "a 80 a /"},
           {"HTTP://a:80/", "a 80 a /"},
           {"https://a/b?c=%20", "a 443 a /b?c=%20"},
           {"https://a:8443?c", "a 8443 a:8443 /?c"},
           {"http://[::1]:8083/x", "::1 8083 [::1]:8083 /x"},
           {"http://127.0.0.1:1/f:alias/i", "127.0.0.1 1 127.0.0.1:1 /f:alias/i"},
           {"ftp://a/", "refused"},
           {"http://", "refused"},
           {"http://u@a/", "refused"},
           {"http://a:0/", "refused"},
           {"http://a:65536/", "refused"},
           {"http://a:/", "refused"},
           {"http://a b/", "refused"},
           {"http://a/ b", "refused"},
           {"http://a/\r\nX: y", "refused"},
           {"http://a/#f", "refused"},
           {"http://[::1/", "refused"},
           {"http://[]/", "refused"},
           {"a/b", "refused"},
       }) {
    auto const url = parse_url(row.text);
    auto const text =
        url ? url->host + " " + std::to_string(url->port) + " " + url->authority + " " + url->target
            : "refused";
    EXPECT_EQ(text, row.expected) << row.text;
    EXPECT_EQ(url && url->is_https, row.text.starts_with("https") && url);
  }
}

TEST(Uri, SafeRelativePath) {
  struct Row {
    std::string target, expected;
  };
  for (auto const& row : std::vector<Row>{
           {"/", ""},
           {"/a/b.js?x=../..", "a/b.js"},
           {"/a%20b", "a b"},
           {"/a/", "a"},
           {"/../x", "refused"},
           {"/a/..", "refused"},
           {"/%2e%2e/x", "refused"},
           {"/..%2fx", "refused"},
           {"/a%5cb", "refused"},
           {"/%00", "refused"},
           {"//etc/passwd", "refused"},
           {"/a/./b", "refused"},
           {"*", "refused"},
           {"a", "refused"},
       }) {
    EXPECT_EQ(safe_relative_path(row.target).value_or("refused"), row.expected) << row.target;
  }
}

TEST(Uri, PercentEncodingGoesThereAndBack) {
  auto all = std::string();
  for (auto c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a/b:c~é"), "a%2Fb%3Ac~%C3%A9");
  EXPECT_EQ(percent_encode("a/b:c", Slash::kKeep), "a/b%3Ac");
  EXPECT_EQ(percent_decode("a+b%2"), std::nullopt);
}

}  // namespace
}  // namespace treadle::net
