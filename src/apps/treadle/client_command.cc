#include "apps/treadle/client_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "treadle/base/arn.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"
#include "treadle/net/uri.h"

namespace treadle::app {

void ClientOptions::add_to(CLI::App& app) {
  app.add_option("--endpoint", endpoint,
                 "the server; else AWS_ENDPOINT_URL_SFN, else http://127.0.0.1:8083");
  app.add_option("--format", format)->check(CLI::IsMember({"text", "json"}))->capture_default_str();
}

namespace {

using GetPage = std::function<Result<std::string, CallFailure>(std::string const& token)>;

auto all_pages_of(GetPage const& get_page, std::string_view list, json::Arena& arena)
    -> Result<std::vector<json::Value>, CallFailure> {
  std::vector<json::Value> out;
  for (std::string token;;) {
    auto const body = TRY(get_page(token));
    auto const page = json::parse_copy(arena, body);
    if (!page) return std::unexpected(not_json());
    if (auto const* elements = page->find(list))
      out.insert(out.end(), elements->elements().begin(), elements->elements().end());
    token = member(*page, "nextToken");
    if (token.empty()) return out;
  }
}

}  // namespace

auto all_pages(ApiClient& client, std::string_view operation,
               std::function<api::ObjectWriter()> const& request, std::string_view list,
               json::Arena& arena) -> Result<std::vector<json::Value>, CallFailure> {
  return all_pages_of(
      [&](std::string const& token) {
        auto parameters = request();
        if (!token.empty()) parameters.text("nextToken", token);
        return client.call(operation, parameters.take());
      },
      list, arena);
}

auto all_pages_at(ApiClient& client, std::string const& target, std::string_view list,
                  json::Arena& arena) -> Result<std::vector<json::Value>, CallFailure> {
  auto const first = fmt::format("{}{}maxResults=1000", target, target.contains('?') ? '&' : '?');
  return all_pages_of(
      [&](std::string const& token) {
        return client.get(token.empty() ? first
                                        : first + "&nextToken=" + net::percent_encode(token));
      },
      list, arena);
}

auto express_address(std::string_view execution_arn, std::string_view below) -> std::string {
  auto const arn = parse_states_arn(execution_arn);
  if (!arn || arn->kind != StatesResource::kExpressExecution) return {};
  return fmt::format("/v1/executions/{}{}", net::percent_encode(execution_arn), below);
}

void print_list(std::string_view name, std::vector<json::Value> const& values) {
  std::string out = "[";
  for (auto const& value : values) {
    if (out.size() > 1) out += ',';
    json::append(out, value);
  }
  fmt::print("{}\n", api::ObjectWriter().raw(name, out + "]").take());
}

auto not_json() -> CallFailure { return {.code = {}, .message = "the answer is not JSON"}; }

}  // namespace treadle::app
