#include "treadle/net/http_stream.h"

#include <utility>

#include "treadle/base/assert.h"

namespace treadle::net {

StreamExchange::StreamExchange(std::shared_ptr<StreamSink> sink, std::uint64_t exchange)
    : sink_(std::move(sink)), exchange_(exchange) {}

auto StreamExchange::operator=(StreamExchange&& other) noexcept -> StreamExchange& {
  std::swap(sink_, other.sink_);
  std::swap(exchange_, other.exchange_);
  return *this;
}

StreamExchange::~StreamExchange() { abort(); }

void StreamExchange::pause() {
  if (sink_) sink_->set_flow(exchange_, StreamSink::Flow::kPaused);
}

void StreamExchange::resume() {
  if (sink_) sink_->set_flow(exchange_, StreamSink::Flow::kFlowing);
}

void StreamExchange::send(Response response) {
  TREADLE_ASSERT(sink_);
  std::exchange(sink_, nullptr)->send_whole(exchange_, std::move(response));
}

void StreamExchange::start(Response head) {
  TREADLE_ASSERT(sink_);
  sink_->begin(exchange_, std::move(head));
}

auto StreamExchange::write(std::string_view bytes) -> Room {
  TREADLE_ASSERT(sink_);
  return sink_->write(exchange_, bytes);
}

void StreamExchange::finish() {
  TREADLE_ASSERT(sink_);
  std::exchange(sink_, nullptr)->end(exchange_, StreamSink::End::kWhole);
}

void StreamExchange::abort() {
  if (auto const sink = std::exchange(sink_, nullptr))
    sink->end(exchange_, StreamSink::End::kBrokenOff);
}

}  // namespace treadle::net
