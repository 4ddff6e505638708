// How much of unfinished responses the connections to one target may hold together. Whoever would hold
// more stops reading, and TCP makes its peer wait, until others are done; one of them may always go on,
// so that there is progress. A target that answers a thousand calls with large bodies at once thus costs
// no more memory than a few of them.
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_map>
#include <vector>

namespace treadle::net {

class ClientConnection;

// On one loop.
class ResponseBudget {
 public:
  static constexpr std::size_t kFreeBytes = std::size_t{8} * 1024;  // of each response: not counted

  explicit ResponseBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // `connection` holds `bytes` of a response: whether it may read on now. If not, give_back() of another
  // one will name it.
  [[nodiscard]] auto take(ClientConnection& connection, std::size_t bytes) -> bool;
  // `connection` holds nothing any more, and waits no more: those that may read on now.
  [[nodiscard]] auto give_back(ClientConnection& connection) -> std::vector<ClientConnection*>;

 private:
  std::size_t bytes_max_;
  std::size_t total_ = 0;
  std::unordered_map<ClientConnection*, std::size_t> held_;
  ClientConnection* leader_ = nullptr;  // goes on although there is no room
  std::deque<ClientConnection*> paused_;
};

}  // namespace treadle::net
