// Percent- and Base64-encoding of strings as JavaScript does them.
// Source: ECMA-262, URI Handling Functions; HTML, btoa() and atob(); JSONata, string functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/base/result.h"
#include "treadle/expr/jsonata/failure.h"

namespace treadle::expr::jsonata {

enum class UrlPart : std::uint8_t {
  kWhole,      // $encodeUrl, $decodeUrl: what separates the parts of a URL stays as it is
  kComponent,  // $encodeUrlComponent, $decodeUrlComponent
};

// D3140 if `text` (WTF-8) holds a surrogate that stands alone.
[[nodiscard]] auto encode_url(std::string_view text, UrlPart part) -> Result<std::string, Failure>;
// D3140 if a '%' is not followed by two hexadecimal digits, or bytes are not UTF-8.
[[nodiscard]] auto decode_url(std::string_view text, UrlPart part) -> Result<std::string, Failure>;

// $base64encode: of the low bytes of the UTF-16 units.
[[nodiscard]] auto encode_base64(std::string_view text) -> std::string;
// $base64decode: each byte becomes the code point of its number. Foreign characters are passed
// over, '-' and '_' mean '+' and '/', and '=' ends the text.
[[nodiscard]] auto decode_base64(std::string_view text) -> std::string;

}  // namespace treadle::expr::jsonata
