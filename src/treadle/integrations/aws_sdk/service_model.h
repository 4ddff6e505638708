// What a service's API looks like, read from the models that AWS publishes with its SDKs and kept as
// compact tables.
//
// The models come from a folder laid out as botocore's data directory (SERVICE/VERSION/service-2.json);
// Debian's python3-botocore installs one. A service is read when it is first asked for. Of some that
// the folder does not have, the binary knows the calls that workflows make most (core_models.h).
// Source: Smithy / botocore, "service-2.json": metadata, operations, shapes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/result.h"
#include "treadle/json/arena.h"

namespace treadle::integrations::aws_sdk {

// kOther: one that treadle does not speak.
enum class Protocol : std::uint8_t { kJson, kRestJson, kRestXml, kQuery, kEc2, kOther };

enum class ShapeType : std::uint8_t {
  kStructure,
  kList,
  kMap,
  kString,
  kBlob,
  kBoolean,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kTimestamp,
};

enum class TimestampFormat : std::uint8_t { kDefault, kIso8601, kRfc822, kUnixTimestamp };

// Where a member of a request or a response stands. kBody unless the model says otherwise.
enum class Location : std::uint8_t { kBody, kUri, kQueryString, kHeader, kHeaders, kStatusCode };

using ShapeIndex = std::uint32_t;

// What the model says of a member and of its shape together: where both speak, the member counts.
struct Member {
  std::string_view name;        // as the model has it: "jobName"
  std::string_view wire_name;   // locationName, else `name`; of kHeaders the prefix, perhaps empty
  std::string_view shown_name;  // as Step Functions shows it: "JobName"
  ShapeIndex shape = 0;
  Location location = Location::kBody;
  TimestampFormat timestamp_format = TimestampFormat::kDefault;
  bool is_required = false;
  bool is_flattened = false;
  bool is_xml_attribute = false;
  bool is_idempotency_token = false;
  bool is_streaming = false;
  bool is_host_label = false;
  bool is_json_value = false;
  bool has_wire_name = false;      // locationName was given
  std::string_view query_name;     // queryName (EC2), or empty
  std::string_view xml_namespace;  // or empty
  std::string_view xml_prefix;     // or empty
};

struct Shape {
  std::string_view name;
  ShapeType type = ShapeType::kStructure;
  std::vector<Member> members;    // of a structure, in the model's order
  std::optional<Member> element;  // of a list: its member; of a map: its value
  std::optional<Member> key;      // of a map
  TimestampFormat timestamp_format = TimestampFormat::kDefault;
  std::string_view payload;  // of a structure: the member that is the whole body, or empty
  std::vector<std::string_view> values;  // of a string: its enum, or empty
  std::string_view wire_name;            // locationName of the shape itself, or empty
  std::string_view xml_namespace;
  bool is_flattened = false;
  bool is_exception = false;
  bool is_document = false;  // any JSON; also of a shape that the model names and lacks
  bool is_streaming = false;
  bool is_event_stream = false;
  std::string_view error_code;  // error.code of an exception, where it differs from the name
  int error_status = 0;         // error.httpStatusCode, or 0
};

struct Operation {
  std::string_view name;  // "PutItem"
  std::string_view method;
  std::string_view uri;  // "/{Bucket}/{Key+}?acl"
  std::optional<ShapeIndex> input;
  std::optional<ShapeIndex> output;
  std::vector<ShapeIndex> errors;
  std::string_view host_prefix;          // endpoint.hostPrefix, or empty
  std::string_view input_wire_name;      // locationName of the input, or empty (REST-XML's root)
  std::string_view input_xml_namespace;  // or empty
  std::string_view result_wrapper;       // resultWrapper of the output (query), or empty
  bool is_unsigned = false;              // authtype none
  bool has_unsigned_body = false;        // authtype v4-unsigned-body
  bool needs_checksum = false;           // of the body, whatever the caller asks for
  std::string_view checksum_member;      // of the input: the algorithm that a caller asks for
  bool tells_endpoints = false;          // endpointoperation: DescribeEndpoints
  bool needs_discovery = false;  // endpointdiscovery.required: nowhere else than where that says
};

struct ServiceModel {
  std::string_view service_id;       // "DynamoDB"
  std::string_view endpoint_prefix;  // "dynamodb"
  std::string_view signing_name;     // "dynamodb"; endpoint_prefix where the model has none
  std::string_view global_endpoint;  // "iam.amazonaws.com", or empty
  std::string_view api_version;      // "2012-08-10"
  std::string_view target_prefix;    // "DynamoDB_20120810", or empty
  std::string_view json_version;     // "1.0", "1.1", or empty
  std::string_view xml_namespace;    // or empty
  Protocol protocol = Protocol::kOther;
  bool is_query_compatible = false;  // awsQueryCompatible: errors keep the codes of `query`
  bool is_partial = false;           // the service has more operations: one that the binary carries
  std::vector<Operation> operations;  // sorted by name
  std::vector<Shape> shapes;
  json::Arena text;  // what the views point into

  // `action` as a Resource writes it: "putItem".
  [[nodiscard]] auto find_operation(std::string_view action) const -> Operation const*;
  // The one that tells where the others are answered; nullptr: there is none.
  [[nodiscard]] auto find_endpoint_operation() const -> Operation const*;
  [[nodiscard]] auto shape(ShapeIndex index) const -> Shape const& { return shapes[index]; }
};

// Whether a member of that input or output is a stream of events.
[[nodiscard]] auto has_event_stream(ServiceModel const& service, std::optional<ShapeIndex> index)
    -> bool;

using ServiceModelPtr = std::shared_ptr<ServiceModel const>;

// `text` (service-2.json) as tables; an error says what is wrong with it. What `text` lacks is taken
// as empty, so that a model of responses alone will do.
[[nodiscard]] auto read_service_model(std::string_view text)
    -> Result<ServiceModelPtr, std::string>;

class ServiceModels {
 public:
  // `folder` may be empty, or not there: then only those are known that the binary carries.
  explicit ServiceModels(std::filesystem::path folder);

  // The newest version of a service. `id` as AWS SDK integrations write it ("sfn", "timestreamwrite"):
  // the service id in lower case without blanks and dashes. Any thread. An error is a sentence for
  // the author of the definition: the service is not known (with the nearest name, where there is
  // one, and what to install or pass), or its model is damaged.
  [[nodiscard]] auto find(std::string_view id) -> Result<ServiceModelPtr, std::string>;

 private:
  void read_index();
  [[nodiscard]] auto load(std::string_view id) const -> Result<ServiceModelPtr, std::string>;
  [[nodiscard]] auto unknown(std::string_view id) const -> std::string;

  std::filesystem::path const folder_;
  std::mutex mutex_;
  // By id: the file of the newest version.
  std::optional<std::map<std::string, std::filesystem::path, std::less<>>> index_;
  std::map<std::string, Result<ServiceModelPtr, std::string>, std::less<>> loaded_;
};

// The id that an optimized integration's service has among the models: "sfn" of "states",
// "eventbridge" of "events"; any other is its own.
[[nodiscard]] auto service_id_of(std::string_view optimized_service) -> std::string_view;

}  // namespace treadle::integrations::aws_sdk
