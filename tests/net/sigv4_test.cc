#include "treadle/net/sigv4.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "treadle/net/canonical_request.h"

namespace treadle::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

auto at(std::string_view rfc3339) -> Timestamp { return *parse_rfc3339(rfc3339); }

auto const kSuiteCredentials =
    Credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
auto const kS3Credentials =
    Credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

auto signature_in(Headers const& headers) -> std::string {
  auto const authorization = std::string(headers.find("Authorization").value_or(""));
  return authorization.substr(authorization.find("Signature=") + 10);
}

struct Vector {
  std::string name, method, target;
  Headers headers;
  std::string body;
  Credentials credentials;
  SigningScope scope;
  std::string time, signature;
};

// Published by AWS: the Signature Version 4 test suite; the ListUsers request of the IAM User
// Guide; the examples of the Amazon S3 API reference.
auto vectors() -> std::vector<Vector> {
  auto const suite = SigningScope{"us-east-1", "service"};
  auto const s3 = SigningScope{"us-east-1", "s3"};
  auto const suite_time = std::string("2015-08-30T12:36:00Z");
  auto const s3_time = std::string("2013-05-24T00:00:00Z");
  auto const host = Headers{{"Host", "example.amazonaws.com"}};
  auto const bucket = Headers{{"Host", "examplebucket.s3.amazonaws.com"}};
  return {
      {"get_vanilla", "GET", "/", host, "", kSuiteCredentials, suite, suite_time,
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get_slashes_and_dots", "GET", "//example/.././/", host, "", kSuiteCredentials, suite,
       suite_time, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"get_query_order", "GET", "/?Param2=value2&Param1=value1", host, "", kSuiteCredentials,
       suite, suite_time, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"post_vanilla", "POST", "/", host, "", kSuiteCredentials, suite, suite_time,
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"iam_list_users",
       "GET",
       "/?Action=ListUsers&Version=2010-05-08",
       Headers{{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
               {"Host", "iam.amazonaws.com"}},
       "",
       kSuiteCredentials,
       {"us-east-1", "iam"},
       suite_time,
       "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
      {"s3_get_object", "GET", "/test.txt",
       Headers{{"Host", "examplebucket.s3.amazonaws.com"}, {"Range", "bytes=0-9"}}, "",
       kS3Credentials, s3, s3_time,
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"s3_put_object", "PUT", "/test$file.text",
       Headers{{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
               {"Host", "examplebucket.s3.amazonaws.com"},
               {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       "Welcome to Amazon S3.", kS3Credentials, s3, s3_time,
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"s3_get_lifecycle", "GET", "/?lifecycle", bucket, "", kS3Credentials, s3, s3_time,
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"s3_list", "GET", "/?max-keys=2&prefix=J", bucket, "", kS3Credentials, s3, s3_time,
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
}

TEST(Sign, GivesThePublishedSignatures) {
  for (auto const& row : vectors()) {
    auto headers = row.headers;
    sign({row.method, row.target, row.body}, headers, row.credentials, row.scope, at(row.time));
    EXPECT_EQ(signature_in(headers), row.signature) << row.name;
  }
}

TEST(Sign, DerivesThePublishedKey) {
  auto const key =
      signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", {"us-east-1", "iam"});
  EXPECT_EQ(to_hex(key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(Sign, SaysWhatItSigned) {
  auto headers =
      Headers{{"User-Agent", "x"}, {"Content-Length", "2"}, {"Host", "a"}, {"X-Amz-Target", "T"}};
  auto credentials = kSuiteCredentials;
  credentials.session_token = "token";
  sign({"POST", "/", "{}"}, headers, credentials, {"eu-west-1", "states"},
       at("2015-08-30T12:36:00.999Z"));
  EXPECT_EQ(headers.find("x-amz-date"), "20150830T123600Z");
  EXPECT_EQ(headers.find("x-amz-security-token"), "token");
  EXPECT_THAT(
      std::string(*headers.find("Authorization")),
      HasSubstr("Credential=AKIDEXAMPLE/20150830/eu-west-1/states/aws4_request, "
                "SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target, Signature="));
}

// As botocore (SigV4QueryAuth) signs the same.
TEST(PresignedTarget, GivesTheUrlsOfAnSdk) {
  auto const headers =
      Headers{{"Host", "sts.eu-west-1.amazonaws.com"}, {"x-k8s-aws-id", "my-cluster"}};
  auto const presigned = [&](std::string token) {
    auto credentials = kSuiteCredentials;
    credentials.session_token = std::move(token);
    return presigned_target(
        {.method = "GET", .target = "/?Action=GetCallerIdentity&Version=2011-06-15", .body = {}},
        headers, credentials, {"eu-west-1", "sts"}, at("2026-11-27T01:02:03Z"), 60s);
  };
  auto const common = std::string(
      "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"
      "&X-Amz-Credential=AKIDEXAMPLE%2F20261127%2Feu-west-1%2Fsts%2Faws4_request"
      "&X-Amz-Date=20261127T010203Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id");
  EXPECT_EQ(presigned(""), common +
                               "&X-Amz-Signature="
                               "bdbee65a5d0e52186693be228235eda09cecf0f5c10193ccd5a174e45b7b0791");
  EXPECT_EQ(presigned("tok/en=="),
            common +
                "&X-Amz-Security-Token=tok%2Fen%3D%3D&X-Amz-Signature="
                "95297c9bcc573e58b960226a42e6b2671f89e0c13b96486818b720b54ae26bee");
}

TEST(CanonicalRequest, Paths) {
  struct Row {
    std::string target, usual, s3;
  };
  for (auto const& row : std::vector<Row>{
           {"/", "/", "/"},
           {"/a/./b/../c", "/a/c", "/a/./b/../c"},
           {"/a//b/", "/a/b/", "/a//b/"},
           {"/..", "/", "/.."},
           {"/a/.", "/a/", "/a/."},
           {"/f/name:alias/i", "/f/name%3Aalias/i", "/f/name%3Aalias/i"},
           {"/f/name%3Aalias/i", "/f/name%253Aalias/i", "/f/name%3Aalias/i"},
           {"/%E1%88%B4", "/%25E1%2588%25B4", "/%E1%88%B4"},
       }) {
    auto const headers = Headers{};
    auto const path = [&](bool is_s3) {
      auto const text = canonical_request({"GET", row.target, headers, {}, "hash", is_s3});
      return text.substr(4, text.find('\n', 4) - 4);
    };
    EXPECT_EQ(path(false), row.usual) << row.target;
    EXPECT_EQ(path(true), row.s3) << row.target;
  }
}

TEST(CanonicalRequest, QueryAndHeaders) {
  auto const headers = Headers{{"B", "1"}, {"a", "x  y\t z"}, {"b", "2"}};
  auto const names = std::vector<std::string>{"a", "b"};
  EXPECT_EQ(canonical_request({"GET", "/?b&a=%7E%2f&a=1&=x", headers, names, "hash", false}),
            "GET\n/\n=x&a=1&a=~%2F&b=\na:x y z\nb:1,2\n\na;b\nhash");
}

auto const kNow = at("2026-11-23T09:08:07Z");

auto signed_request(std::string_view secret = "secret",
                    SigningScope const& scope = {"us-east-1", "states"}, Timestamp when = kNow,
                    std::string_view id = "AKIDOURS") -> Request {
  auto request = Request{};
  request.method = "POST";
  request.target = "/";
  request.body = "{}";
  request.headers =
      Headers{{"Host", "localhost:8083"}, {"X-Amz-Target", "AWSStepFunctions.ListActivities"}};
  sign({request.method, request.target, request.body}, request.headers,
       {std::string(id), std::string(secret), ""}, scope, when);
  return request;
}

auto verify(Request const& request) -> std::string {
  static auto const verifier = SignatureVerifier(
      {{"AKIDOURS", "secret", {}, {}}, {"AKIDOTHER", "other", {}, {}}}, {"us-east-1", "states"});
  auto const key = verifier.verify(request, kNow);
  if (key) return (*key)->id;
  EXPECT_EQ(key.error().status, 400);
  EXPECT_THAT(key.error().message, Not(HasSubstr("localhost")));
  return std::string(key.error().type);
}

// The request with its Authorization changed by `change`.
auto with_authorization(Request request, auto change) -> Request {
  auto text = std::string(*request.headers.find("Authorization"));
  change(text);
  request.headers.set("Authorization", text);
  return request;
}

auto replaced(std::string_view from, std::string_view to) {
  return [from = std::string(from), to = std::string(to)](std::string& text) {
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
  };
}

auto with_header(Request request, std::string_view name, std::string_view value) -> Request {
  request.headers.set(name, value);
  return request;
}

TEST(SignatureVerifier, Table) {
  auto const good = signed_request();
  auto const states = SigningScope{"us-east-1", "states"};
  auto without = good;
  without.headers.remove("Authorization");
  auto twice = good;
  twice.headers.add("Authorization", "AWS4-HMAC-SHA256 x");
  auto other_body = good;
  other_body.body = R"({"a":1})";
  auto other_target = good;
  other_target.target = "/x";
  struct Row {
    std::string name;
    Request request;
    std::string expected;
  };
  for (auto const& row : std::vector<Row>{
           {"good", good, "AKIDOURS"},
           {"other_key", signed_request("other", states, kNow, "AKIDOTHER"), "AKIDOTHER"},
           {"five_minutes_old", signed_request("secret", states, kNow - 5min), "AKIDOURS"},
           {"five_minutes_ahead", signed_request("secret", states, kNow + 5min), "AKIDOURS"},
           {"none", without, "MissingAuthenticationTokenException"},
           {"twice", twice, "IncompleteSignatureException"},
           {"older", signed_request("secret", states, kNow - 301s), "InvalidSignatureException"},
           {"further_ahead", signed_request("secret", states, kNow + 301s),
            "InvalidSignatureException"},
           {"wrong_secret", signed_request("wrong"), "InvalidSignatureException"},
           {"secret_of_another", signed_request("other"), "InvalidSignatureException"},
           {"unknown_key", signed_request("secret", states, kNow, "AKIDNOBODY"),
            "UnrecognizedClientException"},
           {"unknown_key_of_nobody", signed_request("no such key", states, kNow, ""),
            "UnrecognizedClientException"},
           {"other_service", signed_request("secret", {"us-east-1", "s3"}),
            "InvalidSignatureException"},
           {"other_region", signed_request("secret", {"eu-west-9", "states"}),
            "InvalidSignatureException"},
           {"other_body", other_body, "InvalidSignatureException"},
           {"other_path", other_target, "InvalidSignatureException"},
           {"other_target", with_header(good, "X-Amz-Target", "x"), "InvalidSignatureException"},
           {"other_host", with_header(good, "Host", "evil.example"), "InvalidSignatureException"},
           {"date_changed", with_header(good, "X-Amz-Date", "20261123T090806Z"),
            "InvalidSignatureException"},
           {"date_text", with_header(good, "X-Amz-Date", "yesterday"),
            "IncompleteSignatureException"},
           {"date_with_sign", with_header(good, "X-Amz-Date", "20261123T09080+Z"),
            "IncompleteSignatureException"},
           {"unsigned_amz_header", with_header(good, "X-Amz-Meta", "x"),
            "InvalidSignatureException"},
           {"unsigned_payload", with_header(good, "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
            "InvalidSignatureException"},
           {"cut", with_authorization(good, [](auto& text) { text.pop_back(); }),
            "InvalidSignatureException"},
           {"host_not_signed", with_authorization(good, replaced("=host;", "=")),
            "InvalidSignatureException"},
           {"target_not_signed", with_authorization(good, replaced(";x-amz-target", "")),
            "InvalidSignatureException"},
           {"signs_what_is_missing",
            with_authorization(good, replaced(";x-amz-target", ";x-amz-target;y")),
            "InvalidSignatureException"},
           {"signed_unsorted",
            with_authorization(good, replaced("host;x-amz-date", "x-amz-date;host")),
            "InvalidSignatureException"},
           {"signed_twice", with_authorization(good, replaced("=host;", "=host;host;")),
            "InvalidSignatureException"},
           {"nothing_signed",
            with_authorization(good, replaced("host;x-amz-date;x-amz-target", "")),
            "InvalidSignatureException"},
           {"scope_cut", with_authorization(good, replaced("/aws4_request", "")),
            "InvalidSignatureException"},
           {"scope_other_day", with_authorization(good, replaced("20261123", "20261122")),
            "InvalidSignatureException"},
           {"part_twice",
            with_authorization(good, replaced("Signature=", "Signature=a, Signature=")),
            "IncompleteSignatureException"},
           {"part_unknown", with_authorization(good, replaced("Signature=", "X=a, Signature=")),
            "IncompleteSignatureException"},
           {"part_missing", with_authorization(good, replaced("Signature=", "Signatur=")),
            "IncompleteSignatureException"},
           {"no_pair", with_header(good, "Authorization", "AWS4-HMAC-SHA256 x"),
            "IncompleteSignatureException"},
           {"basic", with_header(good, "Authorization", "Basic dGVzdDp0ZXN0"),
            "IncompleteSignatureException"},
           {"sigv2", with_header(good, "Authorization", "AWS AKIDOURS:abc"),
            "IncompleteSignatureException"},
           {"sigv4a", with_authorization(good, replaced("HMAC-SHA256", "ECDSA-P256-SHA256")),
            "IncompleteSignatureException"},
       }) {
    EXPECT_EQ(verify(row.request), row.expected) << row.name;
  }
}

TEST(SignatureVerifier, RefusesUpperCaseSignatures) {
  auto const request = with_authorization(signed_request(), [](std::string& text) {
    for (auto i = text.find("Signature=") + 10; i < text.size(); ++i) {
      if (text[i] >= 'a') text[i] = static_cast<char>(text[i] - 32);
    }
  });
  EXPECT_EQ(verify(request), "InvalidSignatureException");
}

TEST(SignatureVerifier, AcceptsADeclaredHashThatIsRight) {
  auto request = signed_request();
  request.headers.remove("Authorization");
  request.headers.add("X-Amz-Content-Sha256", to_hex(sha256(request.body)));
  sign({"POST", "/", request.body}, request.headers, {"AKIDOURS", "secret", ""},
       {"us-east-1", "states"}, kNow);
  EXPECT_EQ(verify(request), "AKIDOURS");
}

TEST(AccessKeys, ReadsAFile) {
  auto const keys = parse_access_keys(
      "# operators\n[default]\naws_access_key_id = A\r\naws_secret_access_key=s=1\nregion = x\n\n"
      "; dashboard\n[readonly]\naws_access_key_id=B\naws_secret_access_key=t\n"
      "actions = Describe*, List*\nresources = "
      "arn:aws:states:us-east-1:123456789012:stateMachine:a\napprover = kim@example.com\n");
  ASSERT_TRUE(keys) << keys.error();
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ(keys->at(0).id + "|" + keys->at(0).secret, "A|s=1");
  EXPECT_TRUE(keys->at(0).actions.empty());
  EXPECT_EQ(keys->at(1).actions, (std::vector<std::string>{"Describe*", "List*"}));
  EXPECT_EQ(keys->at(1).resources.size(), 1U);
  EXPECT_EQ(keys->at(0).approver + "|" + keys->at(1).approver, "|kim@example.com");
}

TEST(AccessKeys, SaysWhatIsWrongWithoutSecrets) {
  struct Row {
    std::string text, error;
  };
  auto const good = std::string("[a]\naws_access_key_id=A\naws_secret_access_key=hush\n");
  for (auto const& row : std::vector<Row>{
           {"", "there is no access key in it"},
           {"hush", "line 1: a line is not 'name = value'"},
           {"aws_access_key_id=A", "line 1: a value stands before the first [section]"},
           {"[a\n", "line 1: a section has no ']'"},
           {"\n[a]\naws_secret_access_key=hush",
            "line 2: a section lacks aws_access_key_id or aws_secret_access_key"},
           {good + "[b]\naws_access_key_id=A\naws_secret_access_key=x",
            "line 4: an access key id is repeated"},
           {good + "actions = ,", "line 4: a list of rights is empty"},
           {good + "approver =", "line 4: an approver has 1 to 200 bytes"},
           {good + "approver = " + std::string(201, 'x'), "line 4: an approver has 1 to 200 bytes"},
           {good + "aws_session_token = hush",
            "line 4: keys with a session token cannot be verified"},
       }) {
    auto const keys = parse_access_keys(row.text);
    EXPECT_EQ(keys ? "accepted" : keys.error(), row.error);
  }
}

}  // namespace
}  // namespace treadle::net
