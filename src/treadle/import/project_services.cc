#include "treadle/import/project_services.h"

namespace treadle::import {
namespace {

using Authorization = Connection::Authorization;

auto is_service_id(std::string_view id) -> bool {
  auto const is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && std::ranges::all_of(id, is_allowed);
}

auto is_url(std::string_view text) -> bool {
  for (std::string_view const scheme : {"http://", "https://"})
    if (text.starts_with(scheme)) return text.size() > scheme.size();
  return false;
}

class ServicesReader {
 public:
  explicit ServicesReader(NodeReader const& reader) : reader_(reader) {}

  auto service(yaml::Node const& key, yaml::Node const& node) const -> Read<Service> {
    Service out{.id = std::string(key.text()), .url = {}, .written = reader_.place(key.mark())};
    if (!is_service_id(out.id))
      return reader_.refuse(key.mark(),
                            "expected a service as AWS SDK integrations write it: "
                            "lower-case letters and digits, such as dynamodb");
    auto const value = node.is_scalar() ? node.text() : std::string_view();
    if (value == "local") return out;
    out.place = value == "aws" ? ServicePlace::kAws : ServicePlace::kUrl;
    if (out.place == ServicePlace::kAws) return out;
    if (!is_url(value))
      return reader_.refuse(node.mark(),
                            "expected local, aws or a URL that begins with http:// "
                            "or https://");
    out.url = value;
    while (out.url.ends_with('/')) out.url.pop_back();
    return out;
  }

  auto connection(yaml::Node const& key, yaml::Node const& node) const -> Read<Connection> {
    TRY(reader_.check_keys(node, {"arn", "authorization", "basic", "apiKey", "oauth", "headers",
                                  "queryParameters", "bodyParameters"}));
    Connection out;
    out.name = key.text();
    out.arn = TRY(reader_.text(node, "arn"));
    auto const type = TRY(reader_.text(node, "authorization"));
    if (type == "BASIC") {
      out.authorization = Authorization::kBasic;
      TRY(user_and_secret(node, key, "basic", {"username", "password"}, out));
    } else if (type == "API_KEY") {
      TRY(user_and_secret(node, key, "apiKey", {"name", "value"}, out));
    } else if (type == "OAUTH_CLIENT_CREDENTIALS") {
      out.authorization = Authorization::kOAuthClientCredentials;
      TRY(oauth(node, key, out));
    } else {
      return reader_.refuse(
          node.find("authorization") == nullptr ? key.mark() : node.find("authorization")->mark(),
          "expected BASIC, API_KEY or OAUTH_CLIENT_CREDENTIALS as 'authorization'");
    }
    out.fields = TRY(fields(node));
    return out;
  }

  auto http_task(yaml::Node const& node) const -> Read<HttpTaskRules> {
    TRY(reader_.check_keys(node, {"allow", "allowHttp"}));
    return HttpTaskRules{.allow = TRY(list(node, "allow", "addresses or ranges (10.1.0.0/16)")),
                         .allow_http = TRY(list(node, "allowHttp", "hosts"))};
  }

 private:
  struct Names {
    std::string_view user;
    std::string_view secret;
  };

  auto part(yaml::Node const& node, yaml::Node const& key, std::string_view name) const
      -> Read<yaml::Node const*> {
    auto const* found = node.find(name);
    if (found != nullptr && !found->is_null()) return found;
    return reader_.refuse(key.mark(), fmt::format("expected '{}' beside the authorization", name));
  }

  auto user_and_secret(yaml::Node const& node, yaml::Node const& key, std::string_view name,
                       Names const& names, Connection& out) const -> Read<void> {
    auto const* given = TRY(part(node, key, name));
    TRY(reader_.check_keys(*given, {names.user, names.secret}));
    return read_names(*given, names, out);
  }

  auto read_names(yaml::Node const& node, Names const& names, Connection& out) const -> Read<void> {
    out.user = TRY(required(node, names.user));
    out.secret = TRY(required(node, names.secret));
    if (out.secret.kind == Text::Kind::kPlain)
      return reader_.refuse(node.find(names.secret)->mark(),
                            "expected {environment: NAME} or {file: PATH}: a secret does not "
                            "stand here itself");
    return {};
  }

  auto oauth(yaml::Node const& node, yaml::Node const& key, Connection& out) const -> Read<void> {
    auto const* given = TRY(part(node, key, "oauth"));
    TRY(reader_.check_keys(*given, {"endpoint", "method", "clientId", "clientSecret", "headers",
                                    "queryParameters", "bodyParameters"}));
    TRY(read_names(*given, {"clientId", "clientSecret"}, out));
    out.token_url = TRY(reader_.text(*given, "endpoint"));
    if (!is_url(out.token_url))
      return reader_.refuse(given->mark(), "expected a URL as 'endpoint'");
    out.token_method = TRY(reader_.text(*given, "method"));
    auto const& method = out.token_method;
    if (!method.empty() && method != "GET" && method != "POST" && method != "PUT")
      return reader_.refuse(given->find("method")->mark(), "expected GET, POST or PUT");
    out.token_fields = TRY(fields(*given));
    return {};
  }

  auto required(yaml::Node const& node, std::string_view name) const -> Read<Text> {
    auto const* found = node.find(name);
    if (found == nullptr || found->is_null())
      return reader_.refuse(node.mark(), fmt::format("expected '{}'", name));
    return text(*found, name);
  }

  // TEXT, {environment: NAME} or {file: PATH}.
  auto text(yaml::Node const& node, std::string_view name) const -> Read<Text> {
    auto const at = reader_.place(node.mark());
    if (node.is_scalar()) return Text{Text::Kind::kPlain, std::string(node.text()), at};
    auto const refusal =
        fmt::format("expected a text, {{environment: NAME}} or {{file: PATH}} as '{}'", name);
    if (!node.is_map() || node.members().size() != 1) return reader_.refuse(node.mark(), refusal);
    auto const variable = TRY(reader_.text(node, "environment"));
    auto const file = TRY(reader_.text(node, "file"));
    if (!variable.empty()) return Text{Text::Kind::kEnvironment, variable, at};
    if (file.empty()) return reader_.refuse(node.mark(), refusal);
    return Text{Text::Kind::kFile, (reader_.folder() / file).string(), at};
  }

  auto texts(yaml::Node const& node, std::string_view name) const -> Read<Texts> {
    Texts out;
    auto const* found = node.find(name);
    if (found == nullptr || found->is_null()) return out;
    TRY(reader_.expect_map(*found, fmt::format("texts by name as '{}'", name)));
    for (auto const& [key, value] : found->members())
      out.emplace_back(key.text(), TRY(text(value, key.text())));
    return out;
  }

  auto fields(yaml::Node const& node) const -> Read<ConnectionFields> {
    return ConnectionFields{.headers = TRY(texts(node, "headers")),
                            .query_parameters = TRY(texts(node, "queryParameters")),
                            .body_parameters = TRY(texts(node, "bodyParameters"))};
  }

  auto list(yaml::Node const& node, std::string_view name, std::string_view what) const
      -> Read<std::vector<std::string>> {
    std::vector<std::string> out;
    auto const* found = node.find(name);
    if (found == nullptr || found->is_null()) return out;
    if (!found->is_list())
      return reader_.refuse(found->mark(), fmt::format("expected a list of {}", what));
    for (auto const& element : found->elements()) {
      if (!element.is_scalar() || element.text().empty())
        return reader_.refuse(element.mark(), fmt::format("expected a list of {}", what));
      out.emplace_back(element.text());
    }
    return out;
  }

  NodeReader const& reader_;
};

auto given(yaml::Node const& root, std::string_view name) -> yaml::Node const* {
  auto const* node = root.find(name);
  return node == nullptr || node->is_null() ? nullptr : node;
}

}  // namespace

auto read_services(NodeReader const& reader, yaml::Node const& root, Project& project)
    -> Read<void> {
  ServicesReader const services(reader);
  if (auto const* node = given(root, "services")) {
    TRY(reader.expect_map(*node, "local, aws or a URL by service"));
    for (auto const& [key, value] : node->members())
      project.services.push_back(TRY(services.service(key, value)));
  }
  if (auto const* node = given(root, "connections")) {
    TRY(reader.expect_map(*node, "connections by name"));
    for (auto const& [key, value] : node->members())
      project.connections.push_back(TRY(services.connection(key, value)));
  }
  if (auto const* node = given(root, "httpTask"))
    project.http_task = TRY(services.http_task(*node));
  return {};
}

}  // namespace treadle::import
