#include "treadle/approvals/pages/html.h"

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/base/hmac.h"
#include "treadle/base/utf8.h"

namespace treadle::approvals::pages {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 1.0625rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
.state { display: inline-block; padding: .125rem .625rem; border: 2px solid; border-radius: 1rem; font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .375rem 1rem; margin: 1rem 0; }
dt { opacity: .8; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
dl.facts dd { font-weight: 600; }
label { display: block; margin: 1rem 0 .25rem; }
textarea, input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
.choice { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
button { flex: 1 1 9rem; min-height: 3rem; font: inherit; font-weight: 600; border: 2px solid; border-radius: .5rem; cursor: pointer; }
button.small { flex: none; min-height: 2rem; padding: 0 .75rem; }
.who { margin-top: 2rem; border-top: 1px solid #8888; padding-top: .75rem; }
button.approve { background: #0b6b3a; border-color: #0b6b3a; color: #fff; }
button.reject { background: #a1121f; border-color: #a1121f; color: #fff; }
:focus-visible { outline: 3px solid #3b82f6; outline-offset: 2px; }
ul { list-style: none; padding: 0; }
li { padding: .75rem 0; border-top: 1px solid #8888; }
.notice { padding: .75rem 1rem; border-left: 4px solid; }
small { opacity: .8; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
)";

// Nothing is loaded, nothing runs; forms go to this server alone; the one style is the one above.
auto content_policy() -> std::string const& {
  static std::string const policy = fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; "
      "frame-ancestors 'none'",
      base64_encode(bytes_of(sha256(kStyle))));
  return policy;
}

}  // namespace

auto escape_html(std::string_view text) -> std::string {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const point = utf8::decode_one(text);
    auto const bytes = point ? point->bytes : 1;
    auto const c = point ? point->value : char32_t{0xFFFD};
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else if ((c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0))
      out += ' ';
    else
      utf8::append(out, c);
    text.remove_prefix(bytes);
  }
  return out;
}

auto document(std::string_view title, std::string_view body) -> std::string {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<main>\n{}</main>\n</body>\n</html>\n",
      escape_html(title), kStyle, body);
}

auto page(int status, std::string_view title, std::string_view body) -> net::Response {
  net::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("X-Robots-Tag", "noindex, nofollow");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("X-Frame-Options", "DENY");
  response.headers.add("Content-Security-Policy", content_policy());
  response.body = document(title, body);
  return response;
}

}  // namespace treadle::approvals::pages
