// The reads of OwnService, and what it changes.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "treadle/api/actions/machine_versions.h"
#include "treadle/api/actions/paging.h"
#include "treadle/api/arns.h"
#include "treadle/api/execution_json.h"
#include "treadle/api/history_json.h"
#include "treadle/api/own_service.h"
#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"
#include "treadle/json/parse.h"

namespace treadle::api {
namespace {

using What = OwnPath::What;

// The AWS operation that says the same of Standard executions, and its parameter that the path names.
struct Counterpart {
  std::string_view operation;
  std::string_view subject;
};

auto counterpart(What what) -> Counterpart {
  if (what == What::kRecent) return {"ListExecutions", "stateMachineArn"};
  if (what == What::kHistory) return {"GetExecutionHistory", "executionArn"};
  if (what == What::kCompensate) return {"StopExecution", "executionArn"};
  return {"DescribeExecution", "executionArn"};
}

auto is_raw(std::string_view value) -> bool {
  constexpr std::string_view kDigits = "0123456789";
  return value == "true" || value == "false" ||
         (!value.empty() && value.size() < 10 &&
          value.find_first_not_of(kDigits) == std::string_view::npos);
}

// The operation's request. A parameter of the query that it does not have is refused.
auto request_of(OwnPath const& path, Operation const& operation)
    -> std::expected<std::string, ApiError> {
  ObjectWriter out;
  out.text(counterpart(path.what).subject, path.arn);
  for (auto const& [key, value] : path.query) {
    auto const name = key == "status" ? std::string_view("statusFilter") : std::string_view(key);
    bool const is_known = std::ranges::any_of(operation.parameters, [&](auto const& p) {
      return p.name == name && !name.ends_with("Arn");
    });
    if (!is_known)
      return std::unexpected(
          ApiError{"ValidationException",
                   fmt::format("There is no parameter '{}' here.", key.substr(0, 80))});
    bool const is_text = std::ranges::any_of(operation.parameters, [&](auto const& p) {
      return p.name == name && p.type == ParameterType::kString;
    });
    if (is_raw(value) && !is_text)
      out.raw(name, value);
    else
      out.text(name, value);
  }
  return out.take();
}

// {"cause": "..."}, or no body.
auto compensate_request(OwnPath const& path, std::string_view body)
    -> std::expected<std::string, ApiError> {
  ObjectWriter out;
  out.text("executionArn", path.arn);
  if (!path.query.empty())
    return std::unexpected(ApiError{"ValidationException", "There are no parameters here."});
  if (body.empty()) return out.take();
  json::Arena arena;
  auto const given = json::parse(arena, body);
  if (!given) return std::unexpected(ApiError{"SerializationException", given.error().to_string()});
  auto const* const cause = given->is_object() ? given->find("cause") : nullptr;
  bool const is_fine = given->is_object() && (cause == nullptr || cause->is_string()) &&
                       given->size() == (cause == nullptr ? 0U : 1U);
  if (!is_fine)
    return std::unexpected(
        ApiError{"ValidationException",
                 "The body must be empty, or an object with no member but the text 'cause'."});
  if (cause != nullptr) out.text("cause", cause->as_string());
  return out.take();
}

auto is_express(std::string_view execution_arn) -> bool {
  auto const arn = parse_states_arn(execution_arn);
  return arn && arn->kind == StatesResource::kExpressExecution;
}

// What a read owns until it is answered.
struct Reading {
  json::Arena arena;
  net::Responder responder;
  std::string text;
};

}  // namespace

auto OwnService::path_of(net::Request const& request) const -> std::optional<OwnPath> {
  return read_own_path(request.method == "HEAD" ? "GET" : request.method, request.target,
                       {.region = services_.region, .account = services_.account});
}

auto OwnService::service() -> OtherService {
  return {.claim = [this](net::Request const& request) -> std::optional<OtherService::Claim> {
            auto const path = path_of(request);
            if (!path || path->what == What::kStream) return std::nullopt;
            return OtherService::Claim{};  // serve() looks who calls
          },
          .serve = [this](net::Request&& request,
                          net::Responder responder) { serve(request, std::move(responder)); },
          .refusal = [](net::Request const& /*request*/,
                        ApiError const& error) { return error_response(error); }};
}

void OwnService::serve(net::Request const& request, net::Responder responder) {
  auto const path = *path_of(request);
  auto const& operation = *find_operation(counterpart(path.what).operation);
  auto const reading =
      std::make_shared<Reading>(json::Arena(), std::move(responder), std::string());
  auto const refuse = [&](ApiError const& error) {
    reading->responder.send(error_response(error));
  };
  if (path.what == What::kCompensate)
    if (auto const foreign = check_caller(options_.hosts, request)) return refuse(*foreign);
  net::AccessKey const* key = nullptr;
  if (options_.access_keys != nullptr) {
    auto const signer = options_.access_keys->authenticate(request, services_.clock.now());
    if (!signer) return refuse(signer.error());
    key = *signer;
  }
  auto text = path.what == What::kCompensate ? compensate_request(path, request.body)
                                             : request_of(path, operation);
  if (!text) return refuse(text.error());
  reading->text = std::move(*text);
  auto const parameters = json::parse(reading->arena, reading->text);
  if (!parameters) return refuse({"SerializationException", parameters.error().to_string()});
  if (auto const broken = check_parameters(operation, *parameters)) return refuse(*broken);
  if (key != nullptr)
    if (auto const denied = check_rights(*key, services_, {operation, *parameters}))
      return refuse(*denied);
  ActionCall call{.services = services_,
                  .request = *parameters,
                  .arena = reading->arena,
                  .client_is_gone = [reading] { return reading->responder.client_is_gone(); },
                  .caller = {.key = key, .request = &request}};
  auto done = [reading](ActionResult result) {
    if (!result) return reading->responder.send(error_response(result.error()));
    net::Response response;
    response.content_type = "application/json";
    response.body = std::move(*result);
    reading->responder.send(std::move(response));
  };
  if (path.what == What::kRecent) return answer_recent(call, std::move(done));
  if (path.what == What::kCompensate) return compensate(call, std::move(done));
  if (!is_express(path.arn)) return find_action(operation.name)(call, std::move(done));
  if (path.what == What::kHistory) return answer_history(path, call, std::move(done));
  answer_execution(path, call, std::move(done));
}

void OwnService::compensate(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "executionArn");
  if (auto const arn = read_arn(text, {StatesResource::kExecution}); !arn)
    return done(std::unexpected(arn.error()));
  auto const cause = text_of(call.request, "cause").value_or("Somebody asked to compensate.");
  services_.router.compensate_execution(
      std::string(text), std::string(cause),
      [done = std::move(done)](runtime::Answer<runtime::Compensating> answer) mutable {
        if (!answer) return done(std::unexpected(to_api_error(answer.error())));
        bool const has_begun = answer->stage == runtime::Compensating::Stage::kBegan;
        ObjectWriter out;
        out.text("compensation", has_begun ? "BEGUN" : "REQUESTED");
        if (answer->requested_at) out.time("requestDate", *answer->requested_at);
        done(out.take());
      },
      to_json(call.caller, "CompensateExecution"));
}

void OwnService::answer_execution(OwnPath const& path, ActionCall& call, OnResult done) {
  auto const data = text_of(call.request, "includedData") == "METADATA_ONLY"
                        ? ExecutionData::kLeftOut
                        : ExecutionData::kIncluded;
  recent_.find(path.arn, [data, done = std::move(done)](auto found) mutable {
    if (!found) return done(std::unexpected(to_api_error(found.error())));
    ObjectWriter out;
    add_description(out, (*found)->describe(), data);
    if ((*found)->head().is_cut) out.flag("truncated", true);
    done(out.take());
  });
}

void OwnService::answer_history(OwnPath const& path, ActionCall& call, OnResult done) {
  bool const reverse = flag_of(call.request, "reverseOrder", false);
  auto const data = flag_of(call.request, "includeExecutionData", true) ? ExecutionData::kIncluded
                                                                        : ExecutionData::kLeftOut;
  auto purpose = fmt::format("GetExecutionHistory/{}/{}/{}", path.arn, reverse,
                             data == ExecutionData::kIncluded);
  auto const wanted = read_page(call, purpose);
  if (!wanted) return done(std::unexpected(wanted.error()));
  runtime::HistoryRequest request{
      .execution_arn = path.arn, .limit = wanted->limit, .reverse = reverse, .after = 0};
  auto const& after = wanted->after;
  std::from_chars(after.data(), after.data() + after.size(), request.after);
  recent_.find(path.arn, [this, request = std::move(request), data, purpose = std::move(purpose),
                          done = std::move(done)](auto found) mutable {
    if (!found) return done(std::unexpected(to_api_error(found.error())));
    auto const page = runtime::KeptExecution::history(*found, request);
    done(history_body(page, data, seal_of(services_), purpose));
  });
}

void OwnService::answer_recent(ActionCall& call, OnResult done) {
  auto const text = *text_of(call.request, "stateMachineArn");
  auto const target = find_target(services_, text, Routing::kHeaviest);
  if (!target) return done(std::unexpected(target.error()));
  if (target->machine.type != asl::MachineType::kExpress)
    return find_action("ListExecutions")(call, std::move(done));
  auto const filter = text_of(call.request, "statusFilter").value_or("");
  auto purpose = fmt::format("ListExecutions/{}/{}/recent", text, filter);
  auto page = read_page(call, purpose);
  if (!page) return done(std::unexpected(page.error()));
  runtime::RecentRequest request{
      .filter = {.machine_arn = target->machine.arn, .status = read_status(filter)},
      .limit = page->limit,
      .after = std::move(page->after)};
  if (text != target->machine.arn) request.filter.qualified_arn = text;
  recent_.list(std::move(request),
               [this, purpose = std::move(purpose), done = std::move(done)](auto found) mutable {
                 if (!found) return done(std::unexpected(to_api_error(found.error())));
                 ListWriter items;
                 for (auto const& summary : found->executions) {
                   ObjectWriter one;
                   add_summary(one, summary);
                   items.add(one);
                 }
                 ObjectWriter out;
                 out.raw("executions", items.take());
                 if (!found->next.empty())
                   out.text("nextToken", make_page_token(seal_of(services_), purpose, found->next));
                 done(out.take());
               });
}

}  // namespace treadle::api
