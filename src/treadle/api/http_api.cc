#include "treadle/api/http_api.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "treadle/api/object_writer.h"
#include "treadle/api/parameters.h"
#include "treadle/base/utf8.h"
#include "treadle/json/parse.h"

namespace treadle::api {
namespace {

constexpr std::string_view kTargetPrefix = "AWSStepFunctions.";
constexpr std::string_view kEmptyObject = "{}";
// What a message may repeat of a hostile request.
constexpr std::size_t kMessageBytesMax = 8'192;

auto media_type(net::Request const& request) -> std::string_view {
  auto const value = request.headers.find("content-type").value_or("");
  return value.substr(0, value.find(';'));
}

auto is_json_type(std::string_view type) -> bool {
  return type == "application/x-amz-json-1.0" || type == "application/x-amz-json-1.1" ||
         type == "application/json";
}

// Seconds of the treadle-wait header.
auto wait_of(net::Request const& request) -> Milliseconds {
  constexpr double kMax = 3'600;
  auto const text = request.headers.find("treadle-wait").value_or("");
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return Milliseconds{static_cast<std::int64_t>(std::clamp(seconds, 0.0, kMax) * 1000.0)};
}

// Terraform's provider asks at start who it is. Source: STS API reference, GetCallerIdentity.
auto caller_identity(std::string_view account) -> net::Response {
  net::Response response;
  response.content_type = "text/xml";
  response.body = fmt::format(
      "<GetCallerIdentityResponse "
      "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
      "<Arn>arn:aws:iam::{0}:root</Arn><UserId>{0}</UserId><Account>{0}</Account></"
      "GetCallerIdentityResult>"
      "<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></"
      "ResponseMetadata>"
      "</GetCallerIdentityResponse>",
      account);
  return response;
}

auto plain(int status, std::string body) -> net::Response {
  net::Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

// What a request owns until it is answered, with memory for what most take.
struct Exchange {
  Exchange(std::string&& text, net::Responder&& answers)
      : body(std::move(text)), responder(std::move(answers)) {}
  Exchange(Exchange const&) = delete;
  auto operator=(Exchange const&) -> Exchange& = delete;
  ~Exchange() = default;

  std::array<std::byte, 3'072> room;  // the arena starts in it
  std::string body;
  json::Arena arena{room};
  net::Responder responder;
};

// Gives the memory of what is gone to what comes next on the thread: exchanges are larger than the blocks
// that the heap has at hand.
template <typename T>
class Recycled {
 public:
  using value_type = T;
  Recycled() = default;
  template <typename U>
  explicit Recycled(Recycled<U> const& /*other*/) {}

  auto allocate(std::size_t n) -> T* {
    auto& blocks = spare().blocks;
    if (n != 1 || blocks.empty()) return std::allocator<T>().allocate(n);
    auto* const block = blocks.back();
    blocks.pop_back();
    return block;
  }
  void deallocate(T* block, std::size_t n) {
    auto& blocks = spare().blocks;
    if (n != 1 || blocks.size() == kMost) return std::allocator<T>().deallocate(block, n);
    blocks.push_back(block);
  }
  friend auto operator==(Recycled const&, Recycled const&) -> bool = default;

 private:
  static constexpr std::size_t kMost = 64;
  struct Spare {
    Spare() { blocks.reserve(kMost); }
    Spare(Spare const&) = delete;
    auto operator=(Spare const&) -> Spare& = delete;
    ~Spare() {
      for (auto* const block : blocks) std::allocator<T>().deallocate(block, 1);
    }
    std::vector<T*> blocks;
  };
  static auto spare() -> Spare& {
    thread_local Spare kept;
    return kept;
  }
};

// A call with a task token that was refused before the token was looked at.
void note_refusal(Services const& services, ActionCaller const& caller, ApiError const& error) {
  constexpr std::string_view kByToken = "AWSStepFunctions.SendTask";
  if (!services.on_refused_token || caller.request == nullptr) return;
  auto const& headers = caller.request->headers;
  auto const target = headers.find("x-amz-target").value_or("");
  if (!target.starts_with(kByToken)) return;
  services.on_refused_token({.operation = std::string(target.substr(kTargetPrefix.size())),
                             .token = std::string(headers.find("authorization").value_or("")),
                             .code = error.code,
                             .message = error.message,
                             .key_id = caller.key == nullptr ? std::string() : caller.key->id,
                             .ip = caller.request->remote,
                             .user_agent = std::string(headers.find("user-agent").value_or(""))});
}

auto unknown_operation() -> ApiError {
  return {.code = "UnknownOperationException", .message = "", .status = 400};
}

auto parse_body(Exchange& exchange) -> std::expected<json::Value, ApiError> {
  auto const text = exchange.body.empty() ? kEmptyObject : std::string_view(exchange.body);
  auto const parsed =
      json::parse(exchange.arena, text,
                  {.depth_max = limits::kEnvelopeDepth, .duplicates = json::Duplicates::kRefuse});
  if (!parsed)
    return std::unexpected(ApiError{"SerializationException", parsed.error().to_string()});
  if (!parsed->is_object())
    return std::unexpected(
        ApiError{"SerializationException", "The request must be a JSON object."});
  return *parsed;
}

}  // namespace

auto error_response(ApiError const& error) -> net::Response {
  net::Response response;
  response.status = error.status;
  ObjectWriter body;
  body.text("__type", error.code).text("message", utf8::truncate(error.message, kMessageBytesMax));
  response.body = body.take();
  if (!error.members.empty()) response.body.insert(response.body.size() - 1, error.members);
  response.headers.add("x-amzn-ErrorType", error.code);
  return response;
}

auto check_caller(HostRules const& rules, net::Request const& request) -> std::optional<ApiError> {
  if (!is_own_host(rules, request.headers.find("host").value_or("localhost")))
    return ApiError{"AccessDeniedException", "This host name is not served here.", 403};
  if (!is_own_origin(rules, request.headers.find("origin")))
    return ApiError{"AccessDeniedException", "This origin may not call the API.", 403};
  return std::nullopt;
}

void HttpApi::handle(net::Request&& request, net::Responder responder) {
  if (!is_own_host(options_.hosts, request.headers.find("host").value_or("localhost")))
    return responder.send(
        error_response({"AccessDeniedException", "This host name is not served here.", 403}));
  auto const origin = request.headers.find("origin");
  bool const is_own = is_own_origin(options_.hosts, origin);
  for (auto const& service : options_.other_services)
    if (auto const claim = service.claim(request))
      // Browsers send "null" from a page that gives no referrer; who looks itself looks at that too.
      if (is_own || (origin == "null" && claim->signing_name.empty()))
        return serve_other(service, *claim, std::move(request), std::move(responder));
  if (!is_own)
    return responder.send(
        error_response({"AccessDeniedException", "This origin may not call the API.", 403}));
  if (request.method == "GET" || request.method == "HEAD")
    return handle_get(request, std::move(responder));
  if (request.method != "POST")
    return responder.send(
        error_response({"UnknownOperationException", "Only GET, HEAD and POST are served.", 405}));
  handle_post(std::move(request), std::move(responder));
}

void HttpApi::handle_get(net::Request const& request, net::Responder responder) const {
  auto const path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/healthz") return responder.send(plain(200, "ok\n"));
  if (path == "/readyz")
    return responder.send(options_.is_ready() ? plain(200, "ready\n") : plain(503, "not ready\n"));
  responder.send(error_response({"ResourceNotFound", "There is nothing here.", 404}));
}

void HttpApi::serve_other(OtherService const& service, OtherService::Claim const& claim,
                          net::Request&& request, net::Responder responder) {
  if (options_.access_keys && !claim.signing_name.empty()) {
    auto const key =
        options_.access_keys->authenticate_for(claim.signing_name, request, services_.clock.now());
    if (!key) return responder.send(service.refusal(request, key.error()));
    // Rights are written in operations and ARNs of Step Functions.
    if (!(*key)->actions.empty() || !(*key)->resources.empty())
      return responder.send(service.refusal(
          request,
          {"AccessDeniedException", "An access key with limited rights may not call this.", 403}));
  }
  service.serve(std::move(request), std::move(responder));
}

void HttpApi::handle_post(net::Request&& request, net::Responder responder) {
  net::AccessKey const* key = nullptr;
  if (options_.access_keys) {
    auto const signer = options_.access_keys->authenticate(request, services_.clock.now());
    if (!signer) {
      note_refusal(services_, {.key = nullptr, .request = &request}, signer.error());
      return responder.send(error_response(signer.error()));
    }
    key = *signer;
  }
  if (media_type(request) == "application/x-www-form-urlencoded" &&
      !request.headers.find("x-amz-target")) {
    if (request.body.find("Action=GetCallerIdentity") != std::string::npos)
      return responder.send(caller_identity(services_.account));
    return responder.send(error_response(unknown_operation()));
  }
  act(std::move(request), std::move(responder), {.key = key, .request = &request});
}

void HttpApi::handle_own(net::Request&& request, net::Responder responder) {
  act(std::move(request), std::move(responder), {});
}

// Of the request its body is taken away; the rest stays until this returns.
void HttpApi::act(net::Request&& request, net::Responder responder, ActionCaller const& caller) {
  auto const target = request.headers.count("x-amz-target") == 1
                          ? *request.headers.find("x-amz-target")
                          : std::string_view();
  if (!target.starts_with(kTargetPrefix))
    return responder.send(error_response(unknown_operation()));
  if (!is_json_type(media_type(request)))
    return responder.send(error_response(
        {"SerializationException", "Content-Type must be application/x-amz-json-1.0."}));
  auto const name = target.substr(kTargetPrefix.size());
  auto const* const operation = find_operation(name);
  auto const action = find_action(name);
  if (operation == nullptr || action == nullptr)
    return responder.send(error_response(unknown_operation()));

  auto const wait = wait_of(request);
  auto const exchange = std::allocate_shared<Exchange>(
      Recycled<Exchange>(), std::move(request.body), std::move(responder));
  auto const refuse = [&](ApiError const& error) {
    note_refusal(services_, caller, error);
    exchange->responder.send(error_response(error));
  };
  auto const parsed = parse_body(*exchange);
  if (!parsed) return refuse(parsed.error());
  if (auto const broken = check_parameters(*operation, *parsed)) return refuse(*broken);
  if (caller.key != nullptr)
    if (auto const denied = check_rights(*caller.key, services_, {*operation, *parsed}))
      return refuse(*denied);
  ActionCall call{.services = services_,
                  .request = *parsed,
                  .arena = exchange->arena,
                  .wait = wait,
                  .client_is_gone = [exchange] { return exchange->responder.client_is_gone(); },
                  .caller = caller};
  action(call, [exchange](ActionResult result) {
    if (!result) return exchange->responder.send(error_response(result.error()));
    net::Response response;
    response.body = std::move(*result);
    exchange->responder.send(std::move(response));
  });
}

}  // namespace treadle::api
