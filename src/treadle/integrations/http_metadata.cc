#include "treadle/integrations/http_metadata.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "treadle/base/utf8.h"

namespace treadle::integrations {
namespace {

// HttpHeaders: the first value of each name, the names in alphabetical order.
auto first_headers(json::Arena& arena, net::Headers const& headers) -> json::Value {
  auto const less = [](std::string_view a, std::string_view b) {
    return std::ranges::lexicographical_compare(
        a, b, {}, [](char c) { return c | 0x20; }, [](char c) { return c | 0x20; });
  };
  std::map<std::string_view, json::Value, decltype(less)> fields(less);
  for (auto const& header : headers)
    fields.try_emplace(header.name, json::make_string(arena, to_utf8(header.value)));
  std::vector<json::Member> members;
  members.reserve(fields.size());
  for (auto const& [name, value] : fields) members.push_back({name, value});
  return json::make_object(arena, members);
}

}  // namespace

auto to_utf8(std::string_view text) -> std::string {
  if (utf8::is_valid(text)) return std::string(text);
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
      continue;
    }
    out += static_cast<char>(0xC0U | byte >> 6U);
    out += static_cast<char>(0x80U | (byte & 0x3FU));
  }
  return out;
}

auto all_headers(json::Arena& arena, net::Headers const& headers) -> json::Value {
  std::vector<std::pair<std::string_view, std::vector<json::Value>>> fields;
  for (auto const& header : headers) {
    auto at = std::ranges::find_if(fields, [&](auto const& field) {
      return net::equals_ignoring_case(field.first, header.name);
    });
    if (at == fields.end()) at = fields.insert(fields.end(), {header.name, {}});
    at->second.push_back(json::make_string(arena, to_utf8(header.value)));
  }
  std::vector<json::Member> members;
  members.reserve(fields.size());
  for (auto const& [name, values] : fields)
    members.push_back({name, json::make_array(arena, values)});
  return json::make_object(arena, members);
}

auto http_metadata(json::Arena& arena, int status, net::Headers const& headers) -> json::Value {
  json::Member const members[] = {
      {"AllHttpHeaders", all_headers(arena, headers)},
      {"HttpHeaders", first_headers(arena, headers)},
      {"HttpStatusCode", json::make_number(arena, std::int64_t{status})}};
  return json::make_object(arena, members);
}

auto response_metadata(json::Arena& arena, std::string_view request_id) -> json::Value {
  json::Member const members[] = {{"RequestId", json::make_string(arena, to_utf8(request_id))}};
  return json::make_object(arena, members);
}

}  // namespace treadle::integrations
