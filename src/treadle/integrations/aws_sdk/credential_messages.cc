#include "treadle/integrations/aws_sdk/credential_messages.h"

#include <expat.h>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/net/uri.h"

namespace treadle::integrations::aws_sdk {
namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

auto field(Fields const& fields, std::string_view name) -> std::string {
  auto const found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

// The texts of all elements of a small document, by name; the first of each.
class ElementTexts {
 public:
  static auto read(std::string_view xml) -> Fields {
    ElementTexts texts;
    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> const parser(
        XML_ParserCreate(nullptr), XML_ParserFree);
    XML_SetUserData(parser.get(), &texts);
    XML_SetElementHandler(parser.get(), begin, end);
    XML_SetCharacterDataHandler(parser.get(), text);
    if (XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) != XML_STATUS_OK)
      return {};
    return std::move(texts.fields_);
  }

 private:
  static void begin(void* self, XML_Char const* /*name*/, XML_Char const** /*attributes*/) {
    static_cast<ElementTexts*>(self)->text_.clear();
  }
  static void end(void* self, XML_Char const* name) {
    auto& texts = *static_cast<ElementTexts*>(self);
    texts.fields_.try_emplace(name, std::exchange(texts.text_, {}));
  }
  static void text(void* self, XML_Char const* characters, int size) {
    static_cast<ElementTexts*>(self)->text_.append(characters, static_cast<std::size_t>(size));
  }
  Fields fields_;
  std::string text_;
};

auto to_credentials(Fields const& fields, std::string_view token_name)
    -> Result<TimedCredentials, std::string> {
  TimedCredentials out{
      {field(fields, "AccessKeyId"), field(fields, "SecretAccessKey"), field(fields, token_name)}};
  if (out.credentials.access_key_id.empty() || out.credentials.secret_access_key.empty())
    return std::unexpected("the answer holds no credentials");
  auto const expiration = field(fields, "Expiration");
  if (expiration.empty()) return out;
  auto const expires = parse_rfc3339(expiration);
  if (!expires) return std::unexpected("the answer's Expiration is no time");
  out.expires = *expires;
  return out;
}

auto form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields)
    -> std::string {
  std::string out;
  for (auto const& [name, value] : fields) {
    if (value.empty()) continue;
    if (!out.empty()) out += '&';
    out += fmt::format("{}={}", name, percent_encode(value));
  }
  return out;
}

auto sts_request(StsAddress const& sts, std::string body) -> net::ClientRequest {
  auto request = credential_request("POST", sts.url + "/", std::chrono::seconds(10));
  request.headers.set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = std::move(body);
  return request;
}

}  // namespace

auto credential_request(std::string method, std::string url, Milliseconds patience)
    -> net::ClientRequest {
  net::ClientRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  request.headers.set("Host", authority_of(request.url));
  request.deadlines = {.connect = std::min(patience, Milliseconds(2'000)),
                       .first_byte = patience,
                       .total = patience};
  request.max_response_bytes = 64 * 1024;
  return request;
}

auto assume_role_request(StsAddress const& sts, AssumedRole const& role,
                         net::Credentials const& with, Timestamp now) -> net::ClientRequest {
  auto request = sts_request(sts, form({{"Action", "AssumeRole"},
                                        {"Version", "2011-06-15"},
                                        {"RoleArn", role.role_arn},
                                        {"RoleSessionName", role.session_name},
                                        {"DurationSeconds", std::to_string(role.duration_seconds)},
                                        {"ExternalId", role.external_id}}));
  auto const url = net::parse_url(request.url);
  net::sign({.method = request.method, .target = url ? url->target : "/", .body = request.body},
            request.headers, with, {.region = sts.region, .service = "sts"}, now);
  return request;
}

auto web_identity_request(StsAddress const& sts, WebIdentitySource const& source,
                          std::string_view token) -> net::ClientRequest {
  return sts_request(sts, form({{"Action", "AssumeRoleWithWebIdentity"},
                                {"Version", "2011-06-15"},
                                {"RoleArn", source.role_arn},
                                {"RoleSessionName", source.session_name},
                                {"WebIdentityToken", token}}));
}

auto read_json_credentials(std::string_view body) -> Result<TimedCredentials, std::string> {
  json::Arena arena;
  auto const parsed = json::parse(arena, body);
  if (!parsed || !parsed->is_object()) return std::unexpected("the answer is no JSON object");
  Fields fields;
  for (auto const& member : parsed->members())
    if (member.value.is_string()) fields.emplace(member.key, member.value.as_string());
  return to_credentials(fields, "Token");
}

auto read_sts_credentials(int status, std::string_view body)
    -> Result<TimedCredentials, std::string> {
  auto const fields = ElementTexts::read(body);
  if (status == 200) return to_credentials(fields, "SessionToken");
  auto const message = field(fields, "Message");
  return std::unexpected(message.empty() ? fmt::format("STS answered with status {}", status)
                                         : fmt::format("{} ({})", message, field(fields, "Code")));
}

}  // namespace treadle::integrations::aws_sdk
