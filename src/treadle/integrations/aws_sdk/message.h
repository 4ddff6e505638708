// A call of a service as an HTTP request, and its answer as JSON: the AWS protocols, without sockets,
// endpoints and signatures.
// Source: Smithy 2.0, "AWS protocols"; Step Functions Developer Guide, "AWS SDK service integrations".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/json/value.h"
#include "treadle/net/http_message.h"

namespace treadle::integrations::aws_sdk {

struct ServiceRequest {
  std::string method = {};
  std::string target = {};    // path and query, percent-encoded, begins with '/'
  net::Headers headers = {};  // Content-Type, X-Amz-Target, what members put there; not Host
  std::string body = {};
  std::string host_prefix = {};  // goes before the host's name at AWS itself: "sync-"; often empty
};

// What `parameters` (an object, members as Step Functions writes them: "TableName"; a member's own
// spelling is taken as well) ask of `operation`. `idempotency_token` fills a member that the model
// marks so, where it is not given.
// Fails with all that is wrong, a sentence each that names the member ("The field 'TableName' is
// required but was missing", "The field 'Foo' is not supported by Step Functions").
// Text for a blob is sent as UTF-8, an object or array as JSON; "base64" is not guessed.
[[nodiscard]] auto make_request(ServiceModel const& service, Operation const& operation,
                                json::Value parameters, std::string_view idempotency_token)
    -> Result<ServiceRequest, std::vector<std::string>>;

// What a service answered instead of a result.
struct ServiceError {
  std::string code = {};     // as the service spells it: "NoSuchKey", "ResourceNotFoundException"
  std::string message = {};  // may be empty
  int status = 0;
  std::string request_id = {};
  std::string extended_request_id = {};  // S3's
  bool is_modelled = false;              // the service's model names the code
  // The SDK's name of the modelled exception, which the code need not tell ("QueueDoesNotExistException"
  // of "AWS.SimpleQueueService.NonExistentQueue"); empty where there is none.
  std::string exception = {};
};

struct ServiceAnswer {
  std::string output = {};  // JSON text: members as Step Functions shows them; nulls left out
  int status = 200;
  net::Headers headers = {};
  std::string request_id = {};
};

// Timestamps become ISO 8601 in UTC with milliseconds where there are any; blobs and bodies their text
// where it is UTF-8 (JSON stays text), else base64. Lists and maps that the answer has not are left out,
// but for the prefix headers of a map ("Metadata").
// An answer that the protocol can't be read from is an error with the code "" and a message. So is a
// stream of events. An error whose code isn't told has its status for one ("503").
[[nodiscard]] auto read_answer(ServiceModel const& service, Operation const& operation, int status,
                               net::Headers const& headers, std::string_view body)
    -> Result<ServiceAnswer, ServiceError>;

// The service's name in errors of AWS SDK integrations: "DynamoDb" of "DynamoDB", "Sfn" of "SFN",
// "TimestreamWrite" of "Timestream Write". Source: AWS SDK for Java 2.x, class names of clients.
[[nodiscard]] auto client_name(std::string_view service_id) -> std::string;

// The name that the SDK gives an exception of that code: "NoSuchKeyException" of "NoSuchKey".
[[nodiscard]] auto exception_name(std::string_view code) -> std::string;

}  // namespace treadle::integrations::aws_sdk
