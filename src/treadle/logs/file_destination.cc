#include "treadle/logs/file_destination.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace treadle::logs {

auto FileDestination::write(std::vector<LogBatch> const& batches,
                            std::atomic<bool> const& /*is_stopping*/) -> std::uint64_t {
  std::uint64_t lost = 0;
  for (auto const& batch : batches)
    if (auto const appended = files_.append(batch.group, batch.lines.lines); !appended)
      lost += static_cast<std::uint64_t>(std::ranges::count_if(
          batch.lines.ends, [&](Lines::End const& end) { return end.at > appended.error(); }));
  return lost;
}

namespace {

// Writes all of it, in pieces that do not block once the descriptor is ready for one.
auto write_patiently(int descriptor, std::string_view bytes, std::atomic<bool> const& is_stopping)
    -> bool {
  constexpr int kLookMilliseconds = 100;
  while (!bytes.empty()) {
    pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
    auto const count = ::poll(&ready, 1, kLookMilliseconds);
    if (count < 0 && errno != EINTR) return false;
    if (count <= 0) {
      if (is_stopping) return false;
      continue;
    }
    auto const written =
        ::write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

auto DescriptorDestination::write(std::vector<LogBatch> const& batches,
                                  std::atomic<bool> const& is_stopping) -> std::uint64_t {
  std::uint64_t lost = 0;
  for (auto const& batch : batches)
    if (!write_patiently(descriptor_, batch.lines.lines, is_stopping))
      lost += batch.lines.ends.size();
  return lost;
}

}  // namespace treadle::logs
