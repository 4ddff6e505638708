#include "treadle/api/own_paths.h"

#include <algorithm>

#include "treadle/net/uri.h"

namespace treadle::api {
namespace {

using What = OwnPath::What;

struct Form {
  std::string_view method;
  std::string_view prefix;
  std::string_view suffix;
  What what;
};

constexpr Form kForms[] = {
    {"GET", "/v1/state-machines/", "/executions/recent", What::kRecent},
    {"POST", "/v1/state-machines/", "/executions:stream", What::kStream},
    {"POST", "/v1/state-machines/", "/executions%3Astream", What::kStream},
    {"GET", "/v1/executions/", "/history", What::kHistory},
    {"POST", "/v1/executions/", "/compensate", What::kCompensate},
    {"GET", "/v1/executions/", "", What::kExecution},
};

auto machine_arn(std::string name, ArnScope const& scope) -> std::string {
  if (name.starts_with("arn:")) return name;
  auto const colon = name.find(':');
  auto const arn = state_machine_arn(scope, std::string_view(name).substr(0, colon));
  return colon == std::string::npos ? arn : arn + name.substr(colon);
}

auto read_query(std::string_view text)
    -> std::optional<std::map<std::string, std::string, std::less<>>> {
  std::map<std::string, std::string, std::less<>> out;
  while (!text.empty()) {
    auto const pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    auto const equals = std::min(pair.find('='), pair.size());
    auto const name = net::percent_decode(pair.substr(0, equals));
    auto value = net::percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    if (!name->empty()) out.insert_or_assign(*name, std::move(*value));
  }
  return out;
}

}  // namespace

auto read_own_path(std::string_view method, std::string_view target, ArnScope const& scope)
    -> std::optional<OwnPath> {
  auto const [path, query] = net::split_target(target);
  for (auto const& form : kForms) {
    bool const has_form = method == form.method && path.starts_with(form.prefix) &&
                          path.ends_with(form.suffix) &&
                          path.size() > form.prefix.size() + form.suffix.size();
    if (!has_form) continue;
    auto const middle =
        path.substr(form.prefix.size(), path.size() - form.prefix.size() - form.suffix.size());
    auto subject = net::percent_decode(middle);
    auto parameters = read_query(query);
    if (middle.find('/') != std::string_view::npos || !subject || !parameters) continue;
    bool const is_machine = form.what == What::kRecent || form.what == What::kStream;
    return OwnPath{
        .what = form.what,
        .arn = is_machine ? machine_arn(std::move(*subject), scope) : std::move(*subject),
        .query = std::move(*parameters)};
  }
  return std::nullopt;
}

}  // namespace treadle::api
