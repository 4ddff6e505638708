// Whatever a service answers must be read to JSON or to an error, and the same each time. The first
// byte chooses the protocol, the second whether it is an error; then come headers, a line each, an
// empty line, and the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/base/utf8.h"
#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace {

using namespace treadle;
using namespace treadle::integrations::aws_sdk;

constexpr std::string_view kProtocols[] = {"json", "rest-json", "rest-xml", "query", "ec2"};

// "Get" has its members in headers and body, "Read" a payload.
constexpr std::string_view kModel = R"("awsQueryCompatible":{}},
  "operations":{"Get":{"output":{"shape":"Out","resultWrapper":"R"},"errors":[{"shape":"Gone"}]},
    "Read":{"output":{"shape":"File"}}},
  "shapes":{"Text":{"type":"string"},"Int":{"type":"integer"},"Real":{"type":"double"},"Flag":{"type":"boolean"},
    "Time":{"type":"timestamp"},"Bytes":{"type":"blob"},"Any":{"type":"structure","document":true,"members":{}},
    "List":{"type":"list","member":{"shape":"Out"}},
    "Flat":{"type":"list","member":{"shape":"Time","locationName":"f"},"flattened":true},
    "Map":{"type":"map","key":{"shape":"Text"},"value":{"shape":"Out"}},
    "Tags":{"type":"map","key":{"shape":"Text"},"value":{"shape":"Text"},"flattened":true},
    "Texts":{"type":"list","member":{"shape":"Text"}},"Gone":{"type":"structure","exception":true},
    "Out":{"type":"structure","members":{"t":{"shape":"Text"},"i":{"shape":"Int"},"r":{"shape":"Real"},
      "g":{"shape":"Flag"},"w":{"shape":"Time"},"b":{"shape":"Bytes"},"a":{"shape":"Any"},"l":{"shape":"List"},
      "f":{"shape":"Flat"},"m":{"shape":"Map"},"k":{"shape":"Tags"},"x":{"shape":"Text","xmlAttribute":true},
      "H":{"shape":"Texts","location":"header"},"J":{"shape":"Text","location":"header","jsonvalue":true},
      "W":{"shape":"Time","location":"header"},"P":{"shape":"Tags","location":"headers","locationName":"x-"}}},
    "File":{"type":"structure","payload":"B","members":{"B":{"shape":"Bytes","streaming":true}}}}})";

auto model(std::size_t choice) -> ServiceModel const& {
  static auto const models = [] {
    std::vector<ServiceModelPtr> made;
    for (auto const protocol : kProtocols) {
      auto text = R"({"metadata":{"serviceId":"S3","protocol":")" + std::string(protocol) + "\",";
      made.push_back(*read_service_model(text.append(kModel)));
    }
    return made;
  }();
  return *models[choice % models.size()];
}

auto take_headers(std::string_view& input) -> net::Headers {
  net::Headers headers;
  while (!input.empty() && headers.size() < 20) {
    auto const end = std::min(input.find('\n'), input.size());
    auto const line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line.empty()) break;
    auto const colon = std::min(line.find(':'), line.size());
    headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
  }
  return headers;
}

// The answer's JSON, or the error's parts.
auto read(ServiceModel const& service, Operation const& operation, int status,
          net::Headers const& headers, std::string_view body) -> std::string {
  auto const answer = read_answer(service, operation, status, headers, body);
  if (answer) {
    TREADLE_ASSERT(status < 300);
    json::Arena arena;
    auto const output = json::parse(arena, answer->output);
    TREADLE_ASSERT(output.has_value() && output->is_object());
    return answer->output;
  }
  auto const& error = answer.error();
  TREADLE_ASSERT(!error.code.empty() || !error.message.empty());
  TREADLE_ASSERT(error.is_modelled == !error.exception.empty());
  auto const all = error.code + "\n" + error.message + "\n" + error.request_id + "\n" +
                   error.extended_request_id;
  TREADLE_ASSERT(utf8::is_valid(all, utf8::Surrogates::kAccept));
  return all;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  if (size < 2) return 0;
  auto input = std::string_view(reinterpret_cast<char const*>(data), size);
  auto const& service = model(data[0]);
  int const status = data[1] % 2 == 0 ? 200 : 400;
  input.remove_prefix(2);
  auto const headers = take_headers(input);
  for (auto const& operation : service.operations)
    TREADLE_ASSERT(read(service, operation, status, headers, input) ==
                   read(service, operation, status, headers, input));
  return 0;
}
