// aws_sdk_messages MODELS: for each line of its input, a JSON object with "service" and "operation", a
// line with the request that "parameters" ask for, or with what the answer of "status", "headers"
// ([[name, value]]) and "body" (base64) says. Bodies are base64.
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "treadle/base/base64.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace {

using namespace treadle;
using namespace treadle::integrations::aws_sdk;
using json::print_string;

constexpr auto kToken = "00000000-0000-4000-8000-000000000000";

auto show(net::Headers const& headers) -> std::string {
  std::string out = "[";
  for (auto const& [name, value] : headers)
    out += fmt::format("{}[{},{}]", out.size() == 1 ? "" : ",", print_string(name),
                       print_string(value));
  return out + "]";
}

auto show(Result<ServiceRequest, std::vector<std::string>> const& request) -> std::string {
  if (!request) {
    std::string out;
    for (auto const& problem : request.error())
      out += (out.empty() ? "" : ",") + print_string(problem);
    return fmt::format(R"({{"problems":[{}]}})", out);
  }
  return fmt::format(R"({{"method":{},"target":{},"headers":{},"body":{},"host_prefix":{}}})",
                     print_string(request->method), print_string(request->target),
                     show(request->headers), print_string(base64_encode(request->body)),
                     print_string(request->host_prefix));
}

auto show(Result<ServiceAnswer, ServiceError> const& answer) -> std::string {
  if (answer)
    return fmt::format(R"({{"output":{},"request_id":{}}})", answer->output,
                       print_string(answer->request_id));
  auto const& error = answer.error();
  return fmt::format(R"({{"code":{},"message":{},"exception":{},"request_id":{}}})",
                     print_string(error.code), print_string(error.message),
                     print_string(error.exception), print_string(error.request_id));
}

auto text_in(json::Value object, std::string_view name) -> std::string {
  auto const* const found = object.find(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

auto reply(ServiceModels& models, std::string_view line) -> std::string {
  json::Arena arena;
  auto const call = json::parse(arena, line);
  if (!call) return fmt::format(R"({{"failure":{}}})", print_string(call.error().to_string()));
  auto const model = models.find(text_in(*call, "service"));
  if (!model) return fmt::format(R"({{"failure":{}}})", print_string(model.error()));
  auto const* const operation = (*model)->find_operation(text_in(*call, "operation"));
  if (operation == nullptr) return R"({"failure":"no such operation"})";
  if (auto const* const parameters = call->find("parameters"))
    return show(make_request(**model, *operation, *parameters, kToken));
  net::Headers headers;
  for (auto const& field : call->find("headers")->elements())
    headers.add(field.elements()[0].as_string(), field.elements()[1].as_string());
  auto const status = static_cast<int>(call->find("status")->as_int64().value_or(200));
  auto const body = base64_decode(text_in(*call, "body")).value_or("");
  return show(read_answer(**model, *operation, status, headers, body));
}

}  // namespace

auto main(int count, char** arguments) -> int {
  if (count != 2) return 2;
  ServiceModels models(arguments[1]);
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) std::cout << reply(models, line) << '\n';
  return 0;
}
