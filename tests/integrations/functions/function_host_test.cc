// Queues, limits, commands and HTTP functions of the host, with real processes and a real server.

#include "treadle/integrations/functions/function_host.h"

#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integrations/functions/local_functions.h"
#include "treadle/net/http_server.h"

namespace treadle::integrations {
namespace {

using testing::command;
using ::testing::HasSubstr;
using testing::Host;
using ::testing::MatchesRegex;
using testing::payload_of;
using testing::request_for;
using testing::TemporaryFolder;

TEST(FunctionHost, KnowsItsFunctionsUnderEveryName) {
  Host host({command("f", "cat")});
  EXPECT_TRUE(host->knows("f"));
  EXPECT_TRUE(host->knows("f:PROD"));
  EXPECT_TRUE(host->knows("123456789012:function:f"));
  EXPECT_TRUE(host->knows("arn:aws:lambda:us-east-1:123456789012:function:f"));
  EXPECT_FALSE(host->knows("g"));
}

TEST(FunctionHost, RefusesOneNameTwice) {
  auto const host = functions::FunctionHost::start({command("f", "cat"), command("f", "true")}, {});
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error(), "the function 'f' is described twice");
}

TEST(FunctionHost, AnswersAsLambdaDoes) {
  Host host({command("f", "cat")});
  auto const result = host.begin(request_for("f", R"({"a":1.0})")).get();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, R"({"a":1.0})");
  EXPECT_EQ(result->headers.find("X-Amz-Executed-Version"), "$LATEST");
  EXPECT_EQ(result->headers.find("Content-Length"), "9");
  EXPECT_EQ(result->headers.find("x-amzn-RequestId")->size(), 36U);
  EXPECT_THAT(std::string(*result->headers.find("Date")),
              MatchesRegex(R"([A-Z][a-z][a-z], [0-9]+ [A-Z][a-z][a-z] 2[0-9]+ [0-9:]+ GMT)"));
}

TEST(FunctionHost, DryRunAndEventAreAnsweredAtOnce) {
  TemporaryFolder folder;
  Host host({command("f", "echo ran >&2; cat")});
  auto request = request_for("f", "1");
  request.invocation_type = "DryRun";
  EXPECT_EQ(host.begin(request).get()->status, 204);
  request.invocation_type = "Event";
  EXPECT_EQ(host.begin(request).get()->status, 202);
  EXPECT_TRUE(host.log.has("f: ran"));
}

TEST(CommandFunction, OutputErrorsAndStatus) {
  struct Case {
    char const* name;
    char const* script;
    char const* payload;
  };
  Case const cases[] = {
      {"result", R"(echo ' {"b": 2} ')", R"({"b": 2})"},
      {"silence_is_null", "true", "null"},
      {"message_from_standard_error", "echo first >&2; echo second >&2; exit 1",
       R"(failed: {"errorType":"Runtime.ExitError","errorMessage":"first\nsecond"})"},
      {"own_error", R"(echo '{"errorType":"Declined","errorMessage":"no"}'; exit 1)",
       "failed: {\"errorType\":\"Declined\",\"errorMessage\":\"no\"}\n"},
      {"sees_its_key", R"(printf '"%s"' "$TREADLE_IDEMPOTENCY_KEY")", "\"key-1\""},
  };
  for (auto const& c : cases)
    EXPECT_EQ(Host({command("f", c.script)}).call("f", "{}"), c.payload) << c.name;
}

TEST(CommandFunction, GarbageCrashAndFailureToStart) {
  EXPECT_THAT(
      Host({command("f", "echo not json")}).call("f", "{}"),
      HasSubstr(
          R"("errorType":"Runtime.MalformedHandlerResponse","errorMessage":"The response is not valid JSON: )"));
  EXPECT_THAT(Host({command("f", "kill -9 $$")}).call("f", "{}"),
              HasSubstr("Runtime exited with error: signal: killed"));
  auto nowhere = command("f", "cat");
  nowhere.code = "/no/such/folder";
  EXPECT_EQ(
      Host({nowhere}).call("f", "{}"),
      R"(failed: {"errorType":"Runtime.InvalidEntrypoint","errorMessage":"/no/such/folder: No such file or directory"})");
}

TEST(CommandFunction, TimeOut) {
  auto spec = command("f", "exec tail -f /dev/null");
  spec.timeout = Milliseconds(50);
  EXPECT_THAT(Host({spec}).call("f", "{}"), HasSubstr("Error: Task timed out after 0.05 seconds"));
}

// A command that says its input and waits until the test opens its gate, a named pipe.
struct Gate {
  Gate() { TREADLE_ASSERT(std::system(("mkfifo " + path()).c_str()) == 0); }
  [[nodiscard]] auto path() const -> std::string { return folder.path() + "/gate"; }
  [[nodiscard]] auto script() const -> std::string {
    return "read x; echo $x waits >&2; cat " + path() + " >/dev/null; echo $x";
  }
  void open() const { std::ofstream(path()) << "go"; }  // for one command; blocks until it reads
  TemporaryFolder folder;
};

TEST(FunctionHost, NoMoreAtOnceThanAllowedAndTheRestInOrder) {
  Gate gate;
  auto spec = command("f", gate.script());
  spec.concurrency_max = 1;
  functions::FunctionHostOptions options;
  options.waiting_max = 1;
  Host host({spec}, std::move(options));
  auto first = host.begin(request_for("f", "1"), 1);
  auto second = host.begin(request_for("f", "2"), 2);
  auto const third = host.begin(request_for("f", "3"), 3).get();  // neither place is free
  ASSERT_TRUE(third);
  EXPECT_EQ(third->status, 429);
  EXPECT_EQ(third->headers.find("x-amzn-ErrorType"), "TooManyRequestsException");
  gate.open();
  EXPECT_EQ(payload_of(first.get()), "1");
  gate.open();
  EXPECT_EQ(payload_of(second.get()), "2");
}

TEST(FunctionHost, CancelAnswersAndSkipsWhatWaits) {
  Gate gate;
  auto spec = command("f", gate.script());
  spec.concurrency_max = 1;
  Host host({spec});
  auto first = host.begin(request_for("f", "1"), 1);
  auto second = host.begin(request_for("f", "2"), 2);
  auto third = host.begin(request_for("f", "3"), 3);
  host->cancel({{1, 2}, 2});
  EXPECT_EQ(payload_of(second.get()), "(no answer) The call was cancelled.");
  host->cancel({{1, 2}, 1});  // runs: goes on without an audience
  EXPECT_EQ(payload_of(first.get()), "(no answer) The call was cancelled.");
  gate.open();
  EXPECT_TRUE(host.log.has("f: 3 waits"));
  gate.open();
  EXPECT_EQ(payload_of(third.get()), "3");
}

TEST(FunctionHost, EndsWithCallsUnderWay) {
  TemporaryFolder folder;
  folder.write("index.js",
               "exports.handler = async () => { console.log('up'); await new Promise(() => "
               "setInterval(() => {}, 1e6)); };");
  bool answered = false;
  {
    Host host({testing::nodejs("js", "index.handler", folder),
               command("sh", "echo up >&2; exec tail -f /dev/null")});
    for (auto const* name : {"js", "sh"})
      host->invoke({{1, 2}, 3}, request_for(name, "{}"),
                   [&answered](LambdaResult const&) { answered = true; });
    EXPECT_TRUE(host.log.has("js: up"));
    EXPECT_TRUE(host.log.has("sh: up"));
  }
  EXPECT_FALSE(answered);
}

TEST(FunctionHost, AnUnusedProcessIsStopped) {
  TemporaryFolder folder;
  folder.write("index.js", "let n = 0; process.stdin.resume(); exports.handler = async () => ++n;");
  functions::FunctionHostOptions options;
  options.idle_time = std::chrono::milliseconds(1);
  Host host({testing::nodejs("f", "index.handler", folder)}, std::move(options));
  // Whether or not the process of the last call is gone already, a call is never lost to its end.
  for (int i = 0; i < 5; ++i) EXPECT_THAT(host.call("f", "{}"), MatchesRegex("[1-5]"));
}

// ---- http functions, against a server of ours

struct WebFunction {
  explicit WebFunction(net::HttpServer::Handler handler) : loops(1) {
    server = *net::HttpServer::listen(loops, {}, std::move(handler));
    loops.start();
  }
  ~WebFunction() { loops.stop(); }
  [[nodiscard]] auto spec() const -> functions::FunctionSpec {
    functions::FunctionSpec spec;
    spec.name = "f";
    spec.runtime = functions::FunctionRuntime::kHttp;
    spec.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/work";
    spec.timeout = Milliseconds(60'000);
    return spec;
  }
  net::EventLoops loops;
  std::unique_ptr<net::HttpServer> server;
};

auto answer(int status, std::string body, net::Headers headers = {}) -> net::Response {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

TEST(HttpFunction, PostsThePayloadAndReadsTheAnswer) {
  WebFunction web([](net::Request&& request, net::Responder responder) {
    responder.send(answer(200, "[\"" + request.method + " " + request.target + "\",\"" +
                                   std::string(*request.headers.find("Treadle-Idempotency-Key")) +
                                   "\"," + request.body + "]"));
  });
  EXPECT_EQ(Host({web.spec()}).call("f", R"({"a":1})"), R"(["POST /work","key-1",{"a":1}])");
}

TEST(HttpFunction, Failures) {
  struct Case {
    char const* name;
    net::Response answer;
    char const* payload;
  };
  Case const cases[] = {
      {"own_words", answer(422, R"({"errorType":"Declined","errorMessage":"no"})"),
       R"(failed: {"errorType":"Declined","errorMessage":"no"})"},
      {"status", answer(503, "busy"),
       R"(failed: {"errorType":"Http.StatusCode.503","errorMessage":"busy"})"},
      {"marked", answer(200, R"({"errorType":"E"})", {{"X-Amz-Function-Error", "Handled"}}),
       R"(failed: {"errorType":"E"})"},
  };
  for (auto const& c : cases) {
    WebFunction web([&c](net::Request&&, net::Responder responder) { responder.send(c.answer); });
    EXPECT_EQ(Host({web.spec()}).call("f", "{}"), c.payload) << c.name;
  }
}

TEST(HttpFunction, NobodyThereAndNoAnswer) {
  auto spec = [] {
    WebFunction web([](net::Request&&, net::Responder) {});
    return web.spec();
  }();
  EXPECT_THAT(Host({spec}).call("f", "{}"), HasSubstr(R"("errorType":"Http.Socket")"));
  std::vector<net::Responder> held;  // the loop's, until it is stopped
  WebFunction web(
      [&held](net::Request&&, net::Responder responder) { held.push_back(std::move(responder)); });
  spec = web.spec();
  spec.timeout = Milliseconds(50);
  EXPECT_THAT(Host({spec}).call("f", "{}"), HasSubstr("Task timed out after 0.05 seconds"));
  web.loops.stop();
  held.clear();
}

}  // namespace
}  // namespace treadle::integrations
