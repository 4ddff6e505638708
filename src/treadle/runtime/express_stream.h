// A stream of inputs, one a line, each run as an Express execution; and a line of result for each:
//
//   {"index":0,"status":"SUCCEEDED","output":...}
//   {"index":1,"status":"FAILED","error":"...","cause":"..."}      or TIMED_OUT
//
// `index` counts the inputs from 0. A line that is no JSON, or too long, gives FAILED with
// InvalidExecutionInput and a cause that names the line, and the stream goes on. Inputs are handed to
// all loops in batches. Where the other end takes no more results, or executions take their time, no
// more inputs are read: memory stays bounded.
//
// Everything here belongs to the stream's loop, but for the lanes, which belong to a loop each.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/base/limits.h"
#include "treadle/base/random.h"
#include "treadle/net/event_loop.h"
#include "treadle/runtime/express.h"
#include "treadle/runtime/express_start.h"
#include "treadle/runtime/line_splitter.h"

namespace treadle::runtime {

enum class ResultOrder : std::uint8_t { kOfInputs, kAsTheyEnd };

struct StreamOptions {
  ResultOrder order = ResultOrder::kOfInputs;
  // Inputs whose results are not written yet. 0: 128 a loop, but 256 at least.
  std::size_t parallel = 0;
  std::size_t line_bytes_max = limits::kPayloadBytes;
  // Of such inputs and results together; a single one may have more.
  std::size_t bytes_max = std::size_t{16} << 20;
};

struct StreamTally {
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;  // lines that were no input among them
  std::uint64_t timed_out = 0;
};

// Both ends of a stream: where lines come from and results go. Called on the stream's loop.
class StreamPort {
 public:
  enum class Room : std::uint8_t { kSome, kNone };

  virtual ~StreamPort() = default;
  // The source: no more bytes, please; and go on. After pause() one more feed() is fine.
  virtual void pause() = 0;
  virtual void resume() = 0;
  // The sink: whole lines. kNone: drained() is told when it takes more.
  virtual auto write(std::string_view lines) -> Room = 0;
  // All inputs have ended and all results are written. The last call.
  virtual void finish(StreamTally const& tally) = 0;
};

class ExpressStream : public std::enable_shared_from_this<ExpressStream> {
 public:
  // What an input, checked JSON text, starts; a refusal becomes the input's result. Any loop,
  // several at a time.
  using MakeStart = std::function<Answer<ExpressStart>(std::string input, Random& random)>;

  // `express` and `loop` outlive it; `port` lives until finish() or abandon().
  [[nodiscard]] static auto open(Express& express, net::EventLoop& loop, MakeStart make_start,
                                 StreamOptions options, StreamPort& port)
      -> std::shared_ptr<ExpressStream>;
  ExpressStream(ExpressStream const&) = delete;
  auto operator=(ExpressStream const&) -> ExpressStream& = delete;
  ~ExpressStream();

  void feed(std::string_view bytes);
  void end_of_input();
  void drained();
  // The other end is gone: the port is not called any more. What has started runs to its end.
  void abandon();

  [[nodiscard]] auto tally() const -> StreamTally const& { return tally_; }
  // Inputs that were read and whose results are not written yet.
  [[nodiscard]] auto open_inputs() const -> std::size_t { return open_; }

 private:
  struct Batch;   // inputs on their way to a lane
  struct Run;     // results of consecutive inputs
  struct Report;  // what a lane tells: runs
  class Lane;     // what one loop has of the stream

  ExpressStream(Express& express, net::EventLoop& loop, MakeStart make_start, StreamOptions options,
                StreamPort& port);
  [[nodiscard]] auto has_room() const -> bool;
  void take(std::string_view& bytes);  // as many inputs as there is room for
  void take_unread();
  void take_line(LineSplitter::Line const& line);
  void hand_on();  // the batch that is being gathered
  void receive(Report report);
  void write_results();
  void go_on();
  void set_flow();

  net::EventLoop& loop_;
  MakeStart const make_start_;
  StreamOptions options_;
  StreamPort* port_;  // null: abandoned or finished
  std::vector<std::unique_ptr<Lane>> lanes_;
  LineSplitter splitter_;
  std::string unread_;  // came when there was no room
  std::size_t unread_at_ = 0;
  std::unique_ptr<Batch> batch_;
  std::uint64_t inputs_ = 0;
  std::size_t open_ = 0;
  std::size_t bytes_ = 0;                 // of open inputs and of results that wait
  std::map<std::uint64_t, Run> results_;  // that wait, by their first input
  std::uint64_t next_result_ = 0;         // with ResultOrder::kOfInputs
  StreamTally tally_;
  bool is_paused_ = false;
  bool is_full_ = false;  // the sink takes no more
  bool has_ended_ = false;
  std::atomic<bool> is_abandoned_ = false;  // read by the lanes
};

}  // namespace treadle::runtime
