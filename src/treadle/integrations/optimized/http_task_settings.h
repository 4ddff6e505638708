// What the operator says of HTTP Tasks: the connections that they name, and where they may go.
// Never from a definition.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace treadle::integrations::optimized {

enum class Authorization : std::uint8_t { kBasic, kApiKey, kOAuthClientCredentials };

using Fields = std::vector<std::pair<std::string, std::string>>;

// What a connection adds to a request.
struct ConnectionFields {
  Fields headers;
  Fields query;
  Fields body;
};

// Source: EventBridge API reference, CreateConnection. Holds secrets: not for logs.
struct Connection {
  std::string name;
  std::string arn;  // empty: any ARN of a connection of that name
  Authorization authorization = Authorization::kApiKey;
  std::string user;         // of kBasic; of kApiKey the header's name; of OAuth the client's id
  std::string secret;       // the password, the header's value, the client's secret
  std::string token_url{};  // of OAuth
  std::string token_method = "POST";  // GET, POST or PUT
  ConnectionFields token_fields{};    // of the request for a token
  ConnectionFields fields{};          // of every request
};

struct HttpTaskSettings {
  std::vector<Connection> connections{};
  std::vector<std::string> allow{};       // addresses and ranges besides the public ones
  std::vector<std::string> allow_http{};  // "HOST" or "HOST:PORT" that may be called without TLS
};

}  // namespace treadle::integrations::optimized
