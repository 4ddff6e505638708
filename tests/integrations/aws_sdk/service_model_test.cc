// The folder of models: which count, and what is said of those that are missing or damaged.

#include "treadle/integrations/aws_sdk/service_model.h"

#include <chrono>
#include <fstream>
#include <malloc.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/aws_sdk/models.h"

namespace treadle::integrations::aws_sdk {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ServiceModelFolder : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(path_); }
  void TearDown() override { fs::remove_all(path_); }

  void write(std::string const& service, std::string const& version, std::string_view text) const {
    fs::create_directories(path_ / service / version);
    std::ofstream(path_ / service / version / "service-2.json") << text;
  }

  fs::path const path_ = fs::path(::testing::TempDir()) / "treadle-service-models";
};

auto versioned(std::string_view id, std::string_view version) -> std::string {
  return fmt::format(R"({{"metadata":{{"serviceId":"{}","apiVersion":"{}"}},"shapes":{{}}}})", id,
                     version);
}

TEST_F(ServiceModelFolder, TheNewestVersionCountsAndIsReadOnce) {
  write("odd", "2019-01-01", versioned("Odd Service", "2019-01-01"));
  write("odd", "2020-01-01", versioned("Odd Service", "2020-01-01"));
  write("odd", "2020-01-01.old", "no model");
  ServiceModels models(path_);
  auto const model = models.find("oddservice");
  ASSERT_TRUE(model) << model.error();
  EXPECT_EQ((*model)->api_version, "2020-01-01");
  EXPECT_EQ((*model)->service_id, "Odd Service");
  EXPECT_EQ(*models.find("oddservice"), *model);
}

TEST_F(ServiceModelFolder, WhatIsReadAgainIsAsItWas) {
  for (int i = 0; i < 40; ++i)
    write(fmt::format("s{}", i), "1", versioned(fmt::format("S{}", i), "1"));
  ServiceModels models(path_);
  auto const first = *models.find("s0");
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(models.find(fmt::format("s{}", i)));
  EXPECT_EQ((*models.find("s0"))->service_id, first->service_id);
}

TEST_F(ServiceModelFolder, SaysWhatIsMissing) {
  ServiceModels nothing(path_ / "nowhere");
  EXPECT_THAT(nothing.find("ec2").error(), HasSubstr("install python3-botocore"));
  EXPECT_THAT(ServiceModels("").find("ec2").error(), HasSubstr("--service-models DIR"));
  write("odd", "1", versioned("Odd", "1"));
  write("broken", "1", R"({"metadata":{"serviceId":"Broken"},"shapes":)");
  write("empty", "1", R"({"metadata":{"serviceId":"Empty"}})");
  ServiceModels models(path_);
  EXPECT_EQ(models.find("od").error(), "The service 'od' is not known; did you mean 'odd'?");
  EXPECT_THAT(models.find("timestream").error(), HasSubstr("no model in"));
  EXPECT_THAT(models.find("broken").error(), HasSubstr("it is not JSON"));
  EXPECT_THAT(models.find("empty").error(), HasSubstr("it has no shapes"));
  EXPECT_LT(models.find(std::string(100'000, 'x')).error().size(), 400U);
}

TEST(ServiceModel, HasWhatTheTextSays) {
  auto const model = testing::model_of(
      "smithy-rpc-v2-cbor",
      R"("In":{"type":"structure","required":["a"],"payload":"b","members":{
           "a":{"shape":"Text","location":"uri","locationName":"A"},"b":{"shape":"Named"},
           "c":{"shape":"Lost"},"d":{"shape":"Tags","location":"headers"}}},
         "Named":{"type":"structure","locationName":"the-name","members":{},"xmlNamespace":{"uri":"u","prefix":"p"}},
         "Out":{"type":"structure","members":{"e":{"shape":"Events"}}})",
      R"("http":{"method":"PUT","requestUri":"/x"},"authtype":"none",)",
      R"(,"protocols":["smithy-rpc-v2-cbor","rest-xml","json"],"awsQueryCompatible":{})");
  EXPECT_EQ(model->protocol, Protocol::kRestXml);
  EXPECT_TRUE(model->is_query_compatible);
  EXPECT_EQ(model->signing_name, "odd");
  auto const* const operation = model->find_operation("doIt");
  ASSERT_NE(operation, nullptr);
  EXPECT_EQ(operation, model->find_operation("DoIt"));
  EXPECT_EQ(model->find_operation("doI"), nullptr);
  EXPECT_EQ(model->find_operation(""), nullptr);
  EXPECT_EQ(operation->method, "PUT");
  EXPECT_TRUE(operation->is_unsigned);
  EXPECT_TRUE(has_event_stream(*model, operation->output));
  EXPECT_FALSE(has_event_stream(*model, operation->input));
  auto const& in = model->shape(*operation->input);
  ASSERT_EQ(in.members.size(), 4U);
  EXPECT_EQ(in.payload, "b");
  EXPECT_TRUE(in.members[0].is_required && !in.members[1].is_required);
  EXPECT_EQ(in.members[0].location, Location::kUri);
  EXPECT_EQ(in.members[0].wire_name, "A");
  EXPECT_EQ(in.members[0].shown_name, "A");
  EXPECT_EQ(in.members[1].wire_name, "the-name");
  EXPECT_EQ(in.members[1].xml_prefix, "p");
  EXPECT_TRUE(model->shape(in.members[2].shape).is_document);
  EXPECT_EQ(in.members[3].wire_name, "");
}

TEST_F(ServiceModelFolder, WhatTheFolderHasCountsMoreThanWhatTheBinaryCarries) {
  write("sqs", "1", versioned("SQS", "of the folder"));
  ServiceModels models(path_);
  EXPECT_EQ((*models.find("sqs"))->api_version, "of the folder");
  EXPECT_TRUE((*models.find("sns"))->is_partial);
}

// How long the largest model takes, and what it holds; for people, no limit.
TEST(ServiceModel, OfEc2) {
  ServiceModels models("/usr/lib/python3/dist-packages/botocore/data");
  if (!models.find("sts")) GTEST_SKIP() << "there are no models";
  auto const held = mallinfo2().uordblks;
  auto const began = std::chrono::steady_clock::now();
  auto const model = models.find("ec2");
  auto const took = std::chrono::steady_clock::now() - began;
  ASSERT_TRUE(model) << model.error();
  EXPECT_EQ((*model)->protocol, Protocol::kEc2);
  EXPECT_NE((*model)->find_operation("runInstances"), nullptr);
  fmt::print("EC2: {} operations, {} shapes, read in {} ms, holds {} KiB\n",
             (*model)->operations.size(), (*model)->shapes.size(),
             std::chrono::duration_cast<std::chrono::milliseconds>(took).count(),
             (mallinfo2().uordblks - held) / 1024);
}

}  // namespace
}  // namespace treadle::integrations::aws_sdk
