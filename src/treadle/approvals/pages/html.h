// HTML as our pages are made of: escaped data, one style sheet within the page, no scripts, nothing of
// others. Readable on a telephone and by a screen reader.
#pragma once

#include <string>
#include <string_view>

#include "treadle/net/http_message.h"

namespace treadle::approvals::pages {

// Data as text or as the value of an attribute in double quotes. What is not UTF-8 becomes U+FFFD,
// control characters but line feeds become blanks.
[[nodiscard]] auto escape_html(std::string_view text) -> std::string;

// A whole document. `title` is escaped here; `body` is HTML.
[[nodiscard]] auto document(std::string_view title, std::string_view body) -> std::string;

// A response with the document and the headers that all pages have: it is not kept, not indexed, not
// framed, tells nobody where one came from, and runs no scripts.
[[nodiscard]] auto page(int status, std::string_view title, std::string_view body) -> net::Response;

}  // namespace treadle::approvals::pages
