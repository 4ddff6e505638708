// Streams of inputs, with the outside and both ends of the stream in the test's hands.

#include "treadle/runtime/express_stream.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/runtime/express_node.h"
#include "tests/runtime/machines.h"

namespace treadle::runtime::test {
namespace {

class Port final : public StreamPort {
 public:
  void pause() override {
    EXPECT_FALSE(is_paused);
    is_paused = true;
  }
  void resume() override {
    EXPECT_TRUE(is_paused);
    is_paused = false;
  }
  auto write(std::string_view lines) -> Room override {
    EXPECT_FALSE(is_full) << "written though there was no room";
    EXPECT_TRUE(lines.ends_with('\n'));
    written += lines;
    is_full = fills_up;
    return is_full ? Room::kNone : Room::kSome;
  }
  void finish(StreamTally const& end) override {
    EXPECT_FALSE(tally) << "finished twice";
    tally = end;
  }

  std::string written;
  bool fills_up = false;  // every write leaves no room
  bool is_full = false;
  bool is_paused = false;
  std::optional<StreamTally> tally;
};

class ExpressStreamTest : public ::testing::Test {
 protected:
  void open(std::string_view definition, StreamOptions options = {},
            ExpressNode::Options node_options = {.loops = 2}) {
    node.emplace(node_options);
    stream = ExpressStream::open(
        *node->express, node->loops->at(0),
        [machine = node->machine(definition)](std::string input, Random& random) {
          return ExpressNode::start_of(machine, std::move(input), random);
        },
        options, port);
  }
  // Gives the stream something on its loop.
  template <typename Call>
  void tell(Call call) {
    node->loops->at(0).post([call] { call(); });
    node->settle();
  }
  void feed(std::string_view bytes) {
    tell([this, bytes] { stream->feed(bytes); });
  }
  void end() {
    tell([this] { stream->end_of_input(); });
  }
  void drain() {
    port.is_full = false;
    tell([this] { stream->drained(); });
  }
  void succeed(std::size_t call, std::string output) {
    node->connector.succeed(call, std::move(output));
    node->settle();
  }
  // What was written since the last time.
  auto written() -> std::string { return std::exchange(port.written, {}); }

  Port port;
  std::optional<ExpressNode> node;
  std::shared_ptr<ExpressStream> stream;
};

constexpr auto kOne = R"({"index":0,"status":"SUCCEEDED","output":{"done":1}})";

TEST_F(ExpressStreamTest, a_line_of_result_for_each_input) {
  open(kPass);
  feed("1\n\n{\"a\"");
  EXPECT_EQ(written(), std::string(kOne) + "\n") << "what is there is not kept back";
  feed(":[]}\n3");
  EXPECT_EQ(written(), R"({"index":1,"status":"SUCCEEDED","output":{"done":1}})"
                       "\n");
  EXPECT_FALSE(port.tally);
  end();
  EXPECT_EQ(written(), R"({"index":2,"status":"SUCCEEDED","output":{"done":1}})"
                       "\n");
  ASSERT_TRUE(port.tally);
  EXPECT_EQ(port.tally->succeeded, 3U);
  EXPECT_EQ(port.tally->failed, 0U);
}

TEST_F(ExpressStreamTest, no_input_is_an_end_too) {
  open(kPass);
  feed(" \n");
  end();
  EXPECT_TRUE(port.tally);
  EXPECT_EQ(written(), "");
}

TEST_F(ExpressStreamTest, lines_that_are_no_input_fail_and_others_go_on) {
  open(kPass, {.line_bytes_max = 20});
  feed("{\"a\":}\n1\n\n" + std::string(21, '1') + "\n\xff\n2\n");
  end();
  EXPECT_EQ(
      written(),
      R"({"index":0,"status":"FAILED","error":"InvalidExecutionInput","cause":"line 1: column 6: )"
      R"(expected a value"})"
      "\n"
      R"({"index":1,"status":"SUCCEEDED","output":{"done":1}})"
      "\n"
      R"({"index":2,"status":"FAILED","error":"InvalidExecutionInput","cause":"line 4: it has more )"
      R"(than 20 bytes"})"
      "\n"
      R"({"index":3,"status":"FAILED","error":"InvalidExecutionInput","cause":"line 5: column 1: )"
      R"(expected a value"})"
      "\n"
      R"({"index":4,"status":"SUCCEEDED","output":{"done":1}})"
      "\n");
  ASSERT_TRUE(port.tally);
  EXPECT_EQ(port.tally->succeeded, 2U);
  EXPECT_EQ(port.tally->failed, 3U);
}

TEST_F(ExpressStreamTest, results_keep_the_order_of_inputs) {
  open(function_task());
  feed("0\n1\n2\n");
  ASSERT_EQ(node->connector.open().size(), 3U);
  succeed(2, "\"c\"");
  succeed(1, "\"b\"");
  EXPECT_EQ(written(), "");
  succeed(0, "\"a\"");
  EXPECT_EQ(written(), R"({"index":0,"status":"SUCCEEDED","output":"a"})"
                       "\n"
                       R"({"index":1,"status":"SUCCEEDED","output":"b"})"
                       "\n"
                       R"({"index":2,"status":"SUCCEEDED","output":"c"})"
                       "\n");
}

TEST_F(ExpressStreamTest, or_come_as_executions_end) {
  open(function_task(), {.order = ResultOrder::kAsTheyEnd});
  feed("0\n1\n2\n");
  succeed(2, "\"c\"");
  EXPECT_EQ(written(), R"({"index":2,"status":"SUCCEEDED","output":"c"})"
                       "\n");
  succeed(0, "\"a\"");
  succeed(0, "\"b\"");
  end();
  EXPECT_TRUE(port.tally);
}

TEST_F(ExpressStreamTest, failures_and_time_outs_are_results) {
  open(function_task(R"("TimeoutSeconds":400,)"));
  feed("0\n1\n");
  node->connector.fail(0, "Broken");
  node->settle();
  node->clock.advance(std::chrono::minutes(5));
  node->express->clock_moved();
  node->settle();
  end();
  EXPECT_EQ(written(), R"({"index":0,"status":"FAILED","error":"Broken","cause":"because"})"
                       "\n"
                       R"({"index":1,"status":"TIMED_OUT"})"
                       "\n");
  EXPECT_EQ(port.tally->failed, 1U);
  EXPECT_EQ(port.tally->timed_out, 1U);
}

TEST_F(ExpressStreamTest, outputs_stand_on_one_line) {
  open(function_task());
  feed("0\n");
  succeed(0, "{\r\n  \"a\": \"\\n\"\n}");
  EXPECT_EQ(written(), "{\"index\":0,\"status\":\"SUCCEEDED\",\"output\":{    \"a\": \"\\n\" }}\n");
}

TEST_F(ExpressStreamTest, no_more_inputs_are_taken_than_may_be_open) {
  open(function_task(), {.parallel = 2});
  feed("0\n1\n2\n3\n4");
  EXPECT_TRUE(port.is_paused);
  EXPECT_EQ(node->connector.open().size(), 2U);
  succeed(1, "1");
  EXPECT_EQ(node->connector.open().size(), 1U) << "its result waits for the one before";
  succeed(0, "1");
  EXPECT_EQ(node->connector.open().size(), 2U);
  EXPECT_TRUE(port.is_paused);
  end();
  while (!node->connector.open().empty()) succeed(0, "1");
  ASSERT_TRUE(port.tally);
  EXPECT_EQ(port.tally->succeeded, 5U);
  EXPECT_EQ(node->connector.deliveries.size(), 5U);
}

TEST_F(ExpressStreamTest, bytes_are_bounded_as_well) {
  open(function_task(), {.bytes_max = 100});
  auto const large = '"' + std::string(90, 'x') + "\"\n";
  feed(large + large + large);
  EXPECT_EQ(node->connector.open().size(), 2U);
  EXPECT_TRUE(port.is_paused);
  succeed(0, "1");
  EXPECT_EQ(node->connector.deliveries.size(), 3U);
}

TEST_F(ExpressStreamTest, a_full_sink_stops_results_and_then_inputs) {
  port.fills_up = true;
  open(kPass, {.parallel = 3});
  feed("0\n");
  EXPECT_EQ(written(), std::string(kOne) + "\n");
  feed("1\n2\n3\n4\n5\n6\n");
  EXPECT_EQ(written(), "");
  EXPECT_EQ(stream->open_inputs(), 3U);
  EXPECT_TRUE(port.is_paused);
  end();
  std::string all;
  for (int i = 0; i < 20 && !port.tally; ++i) {
    drain();
    all += written();
  }
  ASSERT_TRUE(port.tally);
  EXPECT_EQ(port.tally->succeeded, 7U);
  EXPECT_TRUE(all.ends_with("{\"index\":6,\"status\":\"SUCCEEDED\",\"output\":{\"done\":1}}\n"));
}

TEST_F(ExpressStreamTest, an_abandoned_stream_starts_and_tells_nothing) {
  open(function_task(), {.parallel = 2});
  feed("0\n1\n2\n");
  tell([this] { stream->abandon(); });
  succeed(0, "1");
  succeed(0, "1");
  feed("3\n");
  end();
  EXPECT_EQ(node->connector.deliveries.size(), 2U);
  EXPECT_EQ(written(), "");
  EXPECT_FALSE(port.tally);
}

TEST_F(ExpressStreamTest, what_has_no_room_on_its_loop_comes_later) {
  open(function_task(), {.parallel = 10}, {.loops = 1, .parked_max = 3});
  feed("0\n1\n2\n3\n4\n5\n");
  EXPECT_EQ(node->connector.open().size(), 3U);
  while (!node->connector.open().empty()) succeed(0, "1");
  end();
  ASSERT_TRUE(port.tally);
  EXPECT_EQ(port.tally->succeeded, 6U);
}

TEST_F(ExpressStreamTest, refusals_of_the_start_are_results) {
  node.emplace(ExpressNode::Options{});
  stream = ExpressStream::open(
      *node->express, node->loops->at(0),
      [](std::string const&, Random&) -> Answer<ExpressStart> {
        return std::unexpected(Refusal{"StateMachineDeleting", "it goes"});
      },
      {}, port);
  feed("0\n");
  EXPECT_EQ(
      written(),
      R"({"index":0,"status":"FAILED","error":"StateMachineDeleting","cause":"line 1: it goes"})"
      "\n");
}

// Batches go to both loops, and what they give is put together in order.
TEST_F(ExpressStreamTest, many_inputs_in_pieces_of_any_size) {
  open(R"({"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}})");
  std::string all;
  std::string expected;
  constexpr int kInputs = 3'000;
  for (int i = 0; i < kInputs; ++i) {
    all += fmt::format("{{\"n\":{}}}\n", i * i);
    expected += fmt::format("{{\"index\":{},\"status\":\"SUCCEEDED\",\"output\":{{\"n\":{}}}}}\n",
                            i, i * i);
  }
  for (std::size_t at = 0, piece = 1; at < all.size(); at += piece++ * 7 % 5'000 + 1)
    node->loops->at(0).post([this, &all, at, size = piece * 7 % 5'000 + 1] {
      stream->feed(std::string_view(all).substr(at, size));
    });
  end();
  for (int i = 0; i < 100 && !port.tally; ++i) node->settle();
  ASSERT_TRUE(port.tally);
  EXPECT_EQ(port.tally->succeeded, std::uint64_t{kInputs});
  EXPECT_EQ(written(), expected);
}

}  // namespace
}  // namespace treadle::runtime::test
