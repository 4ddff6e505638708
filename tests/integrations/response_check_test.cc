// What mocked results are compared with: the models that are built in, and those of a folder.

#include "treadle/integrations/response_check.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "treadle/asl/resource.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations {
namespace {

namespace fs = std::filesystem;

// A folder as botocore has it, with one service in it.
class ModelFolder {
 public:
  explicit ModelFolder(std::string_view model)
      : path_(fs::path(testing::TempDir()) / "treadle-response-models") {
    fs::create_directories(path_ / "odd" / "2020-01-01");
    std::ofstream(path_ / "odd" / "2020-01-01" / "service-2.json") << model;
  }
  ModelFolder(ModelFolder const&) = delete;
  auto operator=(ModelFolder const&) -> ModelFolder& = delete;
  ~ModelFolder() { fs::remove_all(path_); }

  [[nodiscard]] auto path() const -> fs::path const& { return path_; }

 private:
  fs::path path_;
};

constexpr auto kOddModel = R"({"version":"2.0","metadata":{"serviceId": "Odd Service"},
  "operations":{"DoIt":{"output":{"shape":"Out"}},"Silent":{}},
  "shapes":{"Out":{"type":"structure","required":["theName"],"members":{
      "theName":{"shape":"Text"},"flags":{"shape":"Flags"},"inner":{"shape":"Out"},"at":{"shape":"Time"},
      "tags":{"shape":"Tags"},"blob":{"shape":"Bytes"},"nowhere":{"shape":"Missing"}}},
    "Text":{"type":"string"},"Flag":{"type":"boolean"},"Flags":{"type":"list","member":{"shape":"Flag"}},
    "Time":{"type":"timestamp"},"Bytes":{"type":"blob"},"Mode":{"type":"string","enum":["A","B"]},
    "Tags":{"type":"map","key":{"shape":"Text"},"value":{"shape":"Mode"}}}})";

auto check(ResponseModels& models, std::string_view resource, std::string_view response,
           RequiredFields required = RequiredFields::kMustBeThere) -> std::string {
  auto const model = models.find(asl::parse_resource(resource).resource);
  if (!model) return "no model";
  json::Arena arena;
  return check_response(*model, *json::parse(arena, response), required).value_or("right");
}

struct Case {
  char const* response;
  char const* verdict;
};

TEST(ResponseCheck, OfAFolder) {
  ModelFolder const folder(kOddModel);
  aws_sdk::ServiceModels services(folder.path());
  ResponseModels models(services);
  Case const cases[] = {
      {R"({"TheName":"x"})", "right"},
      {R"({"TheName":"x","Unknown":1})", "right"},
      {R"({"theName":"x"})", "Required field 'TheName' is missing"},
      {R"({"TheName":1})", "Field 'TheName' must be a string"},
      {R"({"TheName":null})", "right"},
      {R"({"TheName":"x","Flags":[true,false]})", "right"},
      {R"({"TheName":"x","Flags":true})", "Field 'Flags' must be an array"},
      {R"({"TheName":"x","Flags":["true"]})", "Field 'Flags' must be a boolean"},
      {R"({"TheName":"x","Inner":1})", "Field 'Inner' must be an object"},
      {R"({"TheName":"x","Inner":{}})", "Required field 'TheName' is missing"},
      {R"({"TheName":"x","At":12})", "Field 'At' must be a string"},
      {R"({"TheName":"x","Tags":{"t":"A"}})", "right"},
      {R"({"TheName":"x","Tags":{"t":"C"}})", "Field 't' is not an expected value"},
      {R"({"TheName":"x","Tags":[]})", "Field 'Tags' must be an object"},
      {R"({"TheName":"x","Blob":{"any":1},"Nowhere":1})", "right"},
      {"[]", "Field 'result' must be an object"},
  };
  for (auto const& c : cases)
    EXPECT_EQ(check(models, "arn:aws:states:::aws-sdk:oddservice:doIt", c.response), c.verdict)
        << c.response;
  EXPECT_EQ(check(models, "arn:aws:states:::aws-sdk:oddservice:doIt", R"({"At":"now"})",
                  RequiredFields::kMayBeAbsent),
            "right");
  for (auto const* const action : {"silent", "other"})
    EXPECT_EQ(check(models, std::string("arn:aws:states:::aws-sdk:oddservice:") + action, "{}"),
              "no model");
}

TEST(ResponseCheck, BrokenModelIsNone) {
  ModelFolder const folder(R"({"metadata":{"serviceId":"Odd"},"operations":)");
  aws_sdk::ServiceModels services(folder.path());
  ResponseModels models(services);
  EXPECT_EQ(check(models, "arn:aws:states:::aws-sdk:odd:doIt", "{}"), "no model");
}

TEST(ResponseCheck, BuiltIn) {
  aws_sdk::ServiceModels services("/nowhere");
  ResponseModels models(services);
  struct {
    char const* resource;
    char const* response;
    char const* verdict;
  } const cases[] = {
      {"arn:aws:states:::lambda:invoke", R"({"StatusCode":"200"})",
       "Field 'StatusCode' must be a number"},
      {"arn:aws:states:::lambda:invoke", R"({"StatusCode":200,"Payload":[1]})", "right"},
      {"arn:aws:states:::aws-sdk:lambda:invoke", R"({"StatusCode":true})",
       "Field 'StatusCode' must be a number"},
      {"arn:aws:states:::states:startExecution", R"({"ExecutionArn":"x"})",
       "Required field 'StartDate' is missing"},
      {"arn:aws:states:::dynamodb:getItem", R"({"Item":{"id":{"S":"x"},"l":{"L":[{"N":"1"}]}}})",
       "right"},
      {"arn:aws:states:::dynamodb:getItem", R"({"Item":{"l":{"L":[{"N":1}]}}})",
       "Field 'N' must be a string"},
      {"arn:aws:states:::events:putEvents", R"({"FailedEntryCount":0,"Entries":[{"EventId":"e"}]})",
       "right"},
      {"arn:aws:states:::sns:publish", R"({"MessageId":1})", "Field 'MessageId' must be a string"},
      // What these give is no response of the call.
      {"arn:aws:states:::states:startExecution.sync:2", "{}", "no model"},
      {"arn:aws:states:::sqs:sendMessage.waitForTaskToken", "{}", "no model"},
      {"arn:aws:lambda:us-east-1:123456789012:function:f", "{}", "no model"},
      {"arn:aws:states:::http:invoke", "{}", "no model"},
  };
  for (auto const& c : cases)
    EXPECT_EQ(check(models, c.resource, c.response), c.verdict) << c.resource << c.response;
}

}  // namespace
}  // namespace treadle::integrations
