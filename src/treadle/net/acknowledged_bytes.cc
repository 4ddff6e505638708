#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "treadle/net/client_stream.h"

namespace treadle::net {

auto acknowledged_bytes(int descriptor) -> std::uint64_t {
  auto info = tcp_info{};
  auto size = static_cast<socklen_t>(sizeof info);
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked;
}

}  // namespace treadle::net
