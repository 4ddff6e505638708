// The connector against a real HTTP server that answers as Lambda does.

#include "treadle/integrations/lambda.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "tests/integrations/functions/local_functions.h"
#include "treadle/base/system_clock.h"
#include "treadle/net/http_server.h"

namespace treadle::integrations {
namespace {

using testing::arn_call;
using testing::Awaited;
using testing::error_of;
using ::testing::HasSubstr;
using testing::invoke_call;
using testing::output_of;
using ::testing::StartsWith;

auto payload(std::string body, net::Headers headers = {}) -> net::Response {
  net::Response response;
  response.content_type = "application/json";
  response.headers = std::move(headers);
  response.headers.set("X-Amz-Executed-Version", "$LATEST");
  response.body = std::move(body);
  return response;
}

// Lambda's endpoint and a connector that is told of it.
class LambdaTest : public ::testing::Test {
 protected:
  using Answer = std::function<void(net::Request const&, net::Responder)>;

  ~LambdaTest() override { loops_.stop(); }

  void serve(Answer answer) {
    server_ = *net::HttpServer::listen(
        loops_, {}, [answer = std::move(answer)](net::Request&& request, net::Responder responder) {
          answer(request, std::move(responder));
        });
    connect("http://127.0.0.1:" + std::to_string(server_->port()));
  }

  void connect(std::string const& url) {
    AwsConfiguration configuration;
    configuration.endpoint_url = url;
    connector_ = std::make_unique<LambdaConnector>(configuration, loops_, nullptr);
    loops_.start();
  }

  auto result_of(TaskCall call) -> CallResult {
    return testing::result_of(*connector_, std::move(call));
  }

  net::EventLoops loops_{2};
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<LambdaConnector> connector_;
};

auto header(net::Request const& request, std::string_view name) -> std::string {
  return std::string(request.headers.find(name).value_or("(none)"));
}

TEST_F(LambdaTest, SendsTheInputOfAFunctionArn) {
  serve([](net::Request const& request, net::Responder responder) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target,
              "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/"
              "invocations");
    EXPECT_EQ(header(request, "Treadle-Idempotency-Key"), "key-4");
    EXPECT_EQ(header(request, "X-Amz-Log-Type"), "(none)");
    EXPECT_EQ(request.body, R"({ "a" : 0.0 })");
    responder.send(payload("[ 1.0,2 ]"));
  });
  EXPECT_EQ(output_of(result_of(arn_call("f", R"({ "a" : 0.0 })"))), "[ 1.0,2 ]");
}

TEST_F(LambdaTest, SignsEveryRequest) {
  serve([](net::Request const& request, net::Responder responder) {
    net::SignatureVerifier const verifier(
        {{.id = "test", .secret = "test", .actions = {}, .resources = {}}},
        {.region = "us-east-1", .service = "lambda"});
    auto const now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    auto const key = verifier.verify(request, now);
    responder.send(payload(key ? "\"let in\"" : "\"" + key.error().message + "\""));
  });
  EXPECT_EQ(output_of(result_of(arn_call("f", R"({"a":"é"})"))), "\"let in\"");
  EXPECT_THAT(output_of(result_of(invoke_call(R"({"FunctionName":"f","Qualifier":"$LATEST"})"))),
              HasSubstr(R"("Payload":"let in")"));
}

TEST_F(LambdaTest, SendsWhatLambdaInvokeAsksFor) {
  serve([](net::Request const& request, net::Responder responder) {
    EXPECT_EQ(request.target, "/2015-03-31/functions/f/invocations?Qualifier=PROD%2F1");
    EXPECT_EQ(header(request, "X-Amz-Log-Type"), "Tail");
    EXPECT_EQ(header(request, "X-Amz-Invocation-Type"), "RequestResponse");
    EXPECT_EQ(header(request, "X-Amz-Client-Context"), "e30=");
    EXPECT_EQ(request.body, R"({"x":1})");
    responder.send(payload(R"({"y" : 2})", {{"X-Amz-Log-Result", "bG9n"}}));
  });
  auto const output = output_of(result_of(
      invoke_call(R"({"FunctionName":"f","Payload":{"x":1},"Qualifier":"PROD/1","LogType":"Tail",)"
                  R"("InvocationType":"RequestResponse","ClientContext":"e30="})")));
  EXPECT_THAT(
      output,
      StartsWith(
          R"({"ExecutedVersion":"$LATEST","LogResult":"bG9n","Payload":{"y":2},"SdkHttpMetadata":{)"));
  EXPECT_THAT(output, HasSubstr(R"("Content-Type":["application/json"])"));
}

TEST_F(LambdaTest, FunctionAndServiceErrors) {
  serve([](net::Request const& request, net::Responder responder) {
    if (request.target.find("missing") == std::string::npos)
      return responder.send(
          payload(R"({"errorType": "PaymentDeclined"})", {{"X-Amz-Function-Error", "Unhandled"}}));
    auto response = payload(R"({"Type":"User","Message":"Function not found: x"})",
                            {{"x-amzn-ErrorType", "ResourceNotFoundException"}});
    response.status = 404;
    responder.send(std::move(response));
  });
  EXPECT_EQ(error_of(result_of(arn_call("f", "{}"))),
            (Error{"PaymentDeclined", R"({"errorType": "PaymentDeclined"})"}));
  auto const missing = error_of(result_of(arn_call("missing", "{}")));
  EXPECT_EQ(missing.name, "Lambda.ResourceNotFoundException");
  EXPECT_THAT(missing.cause,
              StartsWith("Function not found: x (Service: AWSLambda; Status Code: 404; Error Code: "
                         "ResourceNotFoundException; Request ID: "));
}

TEST_F(LambdaTest, AnswersThatAreTooLarge) {
  serve([](net::Request const& request, net::Responder responder) {
    auto const bytes =
        request.target.find("huge") == std::string::npos ? 263'168U : 8U * 1024 * 1024;
    responder.send(payload(std::string(bytes, 'a')));
  });
  for (auto const* name : {"large", "huge"})
    EXPECT_EQ(error_of(result_of(arn_call(name, "{}"))).name, "States.DataLimitExceeded") << name;
}

TEST_F(LambdaTest, NobodyThere) {
  {
    net::EventLoops loops(1);
    auto gone = *net::HttpServer::listen(loops, {}, [](net::Request&&, net::Responder) {});
    connect("http://127.0.0.1:" + std::to_string(gone->port()));
  }
  auto const result = result_of(arn_call("f", "{}"));
  EXPECT_EQ(error_of(result).name, "Lambda.SdkClientException");
  EXPECT_THAT(error_of(result).cause, StartsWith("Unable to execute HTTP request: "));
  EXPECT_EQ(std::get<CallFailed>(result).stage, CallStage::kStart);
}

// Reads one request's first bytes, answers with `bytes` and closes the connection.
class BrokenServer {
 public:
  explicit BrokenServer(std::string bytes)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), bytes_(std::move(bytes)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    TREADLE_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    TREADLE_ASSERT(::listen(listener_, 8) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { answer_one(); });
  }
  ~BrokenServer() {
    thread_.join();
    ::close(listener_);
  }
  std::string url;

 private:
  void answer_one() const {
    int const connection = ::accept(listener_, nullptr, nullptr);
    char buffer[4096];
    if (::read(connection, buffer, sizeof(buffer)) > 0) {
      EXPECT_EQ(::write(connection, bytes_.data(), bytes_.size()), std::ssize(bytes_));
    }
    ::close(connection);
  }
  int listener_;
  std::string bytes_;
  std::thread thread_;
};

TEST_F(LambdaTest, AnswersThatBreakOffMayHaveBeenCarriedOut) {
  for (auto const* bytes : {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":"}) {
    BrokenServer const broken(bytes);
    net::EventLoops loops(1);
    AwsConfiguration configuration;
    configuration.endpoint_url = broken.url;
    LambdaConnector connector(configuration, loops, nullptr);
    loops.start();
    auto const result = testing::result_of(connector, arn_call("f", "{}"));
    loops.stop();
    EXPECT_EQ(error_of(result).name, "Lambda.SdkClientException") << bytes;
    EXPECT_EQ(std::get<CallFailed>(result).stage, CallStage::kRun) << bytes;
  }
}

TEST_F(LambdaTest, CancelBreaksTheConnection) {
  Awaited<int> arrived;
  std::vector<net::Responder> held;  // the loop's, until it is stopped
  serve([set = arrived.setter(), &held](net::Request const&, net::Responder responder) {
    held.push_back(std::move(responder));
    set(0);
  });
  Awaited<CallResult> result;
  auto call = arn_call("f", "{}");
  auto const id = call.id;
  connector_->invoke(std::move(call), result.setter());
  arrived.get();
  connector_->cancel(id);
  EXPECT_EQ(error_of(result.get()),
            (Error{"Lambda.SdkClientException", "The call was cancelled."}));
  connector_->cancel(id);  // nothing left to cancel
  loops_.stop();
  held.clear();
}

TEST_F(LambdaTest, WithoutCredentialsAwsIsNotCalled) {
  connect("");
  auto const result = result_of(arn_call("f", "{}"));
  EXPECT_EQ(error_of(result).name, "Lambda.SdkClientException");
  EXPECT_THAT(error_of(result).cause,
              StartsWith("Unable to load AWS credentials to invoke the function "));
  EXPECT_EQ(std::get<CallFailed>(result).stage, CallStage::kStart);
}

TEST_F(LambdaTest, SignsWithTheCredentialsOfTheChain) {
  serve([](net::Request const& request, net::Responder responder) {
    responder.send(payload("\"" + header(request, "X-Amz-Security-Token") + "\""));
  });
  AwsConfiguration configuration;
  configuration.endpoint_url = "http://127.0.0.1:" + std::to_string(server_->port());
  SystemClock const clock;
  HttpCaller http(loops_, {});
  aws_sdk::CredentialProvider credentials(
      configuration, {aws_sdk::StaticSource{{"AKID", "s", "of the profile"}}}, http, clock);
  LambdaConnector connector(configuration, loops_, nullptr, &credentials);
  EXPECT_EQ(output_of(testing::result_of(connector, arn_call("f", "{}"))), "\"of the profile\"");
  loops_.stop();
}

TEST_F(LambdaTest, NoFunctionName) {
  connect("http://127.0.0.1:1");
  EXPECT_EQ(error_of(result_of(invoke_call("{}"))).name, "States.Runtime");
}

TEST_F(LambdaTest, LocalFunctionsComeFirst) {
  auto const local = *functions::FunctionHost::start(
      {testing::command("near", "cat"),
       testing::command("failing", R"(echo '{"errorType":"E", "errorMessage":"m"}'; exit 1)")},
      {});
  serve([](net::Request const&, net::Responder responder) { responder.send(payload("\"far\"")); });
  AwsConfiguration configuration;
  configuration.endpoint_url = "http://127.0.0.1:" + std::to_string(server_->port());
  LambdaConnector connector(configuration, loops_, local.get());
  EXPECT_EQ(output_of(testing::result_of(connector, arn_call("near", R"({"a":1})"))), R"({"a":1})");
  EXPECT_EQ(output_of(testing::result_of(connector, arn_call("other", "{}"))), "\"far\"");
  EXPECT_THAT(
      output_of(testing::result_of(connector,
                                   invoke_call(R"({"FunctionName":"near:7","Payload":[1.0]})"))),
      StartsWith(
          R"({"ExecutedVersion":"$LATEST","Payload":[1.0],"SdkHttpMetadata":{"AllHttpHeaders":{"Date":)"));
  EXPECT_EQ(error_of(testing::result_of(connector, invoke_call(R"({"FunctionName":"failing"})"))),
            (Error{"E", R"({"errorType":"E","errorMessage":"m"})"}));
  loops_.stop();  // before the connector goes
}

}  // namespace
}  // namespace treadle::integrations
