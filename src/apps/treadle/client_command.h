// What the commands that talk to a server have in common: options, paged lists, output.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/treadle/api_client.h"
#include "treadle/api/object_writer.h"

namespace CLI {
class App;
}

namespace treadle::app {

struct ClientOptions {
  std::string endpoint;  // empty: ApiClient's default
  std::string format = "text";

  void add_to(CLI::App& app);
  [[nodiscard]] auto is_json() const -> bool { return format == "json"; }
};

// Every page of a list operation: the elements of its member `list`, in `arena`. `request` makes
// the parameters of each call, to which nextToken is added.
[[nodiscard]] auto all_pages(ApiClient& client, std::string_view operation,
                             std::function<api::ObjectWriter()> const& request,
                             std::string_view list, json::Arena& arena)
    -> Result<std::vector<json::Value>, CallFailure>;

// The same of one of the server's own addresses; `target` may have a query.
[[nodiscard]] auto all_pages_at(ApiClient& client, std::string const& target, std::string_view list,
                                json::Arena& arena)
    -> Result<std::vector<json::Value>, CallFailure>;

// Where the server has an Express execution, or what is `below` it ("/history"); empty for the ARN of
// another execution.
[[nodiscard]] auto express_address(std::string_view execution_arn, std::string_view below = {})
    -> std::string;

// {"NAME": [values]} on standard output.
void print_list(std::string_view name, std::vector<json::Value> const& values);

// What to say of an answer that is no JSON.
[[nodiscard]] auto not_json() -> CallFailure;

}  // namespace treadle::app
