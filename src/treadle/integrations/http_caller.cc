#include "treadle/integrations/http_caller.h"

#include <map>
#include <utility>

namespace treadle::integrations {

// All but the constructor and loop() runs on the loop.
class HttpCaller::Lane {
 public:
  Lane(net::EventLoop& loop, net::HttpClientOptions const& options)
      : loop_(loop), client_(loop, options) {}

  [[nodiscard]] auto loop() -> net::EventLoop& { return loop_; }

  void send(CallId id, net::ClientRequest request, HttpDone done) {
    auto const key = std::pair(id, ++last_);
    auto& entry = calls_[key];
    entry.done = std::move(done);
    entry.handle = client_.send(std::move(request), [this, key](net::ClientResult result) {
      auto ended = calls_.extract(key);
      ended.mapped().done(std::move(result));
    });
  }

  void cancel(CallId id) {
    auto at = calls_.lower_bound(std::pair(id, std::uint64_t{0}));
    while (at != calls_.end() && at->first.first == id) {
      at->second.handle.cancel();
      auto ended = calls_.extract(at);
      ended.mapped().done(std::nullopt);
      at = calls_.lower_bound(ended.key());
    }
  }

 private:
  struct Entry {
    HttpDone done;
    net::CallHandle handle;
  };
  net::EventLoop& loop_;
  std::map<std::pair<CallId, std::uint64_t>, Entry> calls_;
  std::uint64_t last_ = 0;
  net::HttpClient client_;  // gone first: it calls back into the others
};

HttpCaller::HttpCaller(net::EventLoops& loops, net::HttpClientOptions const& options) {
  for (std::size_t i = 0; i < loops.size(); ++i)
    lanes_.push_back(std::make_unique<Lane>(loops.at(i), options));
}

HttpCaller::~HttpCaller() = default;

auto HttpCaller::lane_of(CallId id) const -> Lane& {
  return *lanes_[(id.execution.low + id.history_id) % lanes_.size()];
}

auto HttpCaller::loop_of(CallId id) const -> net::EventLoop& { return lane_of(id).loop(); }

void HttpCaller::send(CallId id, net::ClientRequest request, HttpDone done) {
  auto& lane = lane_of(id);
  if (lane.loop().is_current()) return lane.send(id, std::move(request), std::move(done));
  lane.loop().post([&lane, id, request = std::move(request), done = std::move(done)]() mutable {
    lane.send(id, std::move(request), std::move(done));
  });
}

void HttpCaller::cancel(CallId id) {
  auto& lane = lane_of(id);
  // At once where that can be: what is sent under the same id from now on is another's.
  if (lane.loop().is_current()) return lane.cancel(id);
  lane.loop().post([&lane, id] { lane.cancel(id); });
}

}  // namespace treadle::integrations
