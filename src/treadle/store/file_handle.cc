#include "treadle/store/file_handle.h"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>

namespace treadle::store {

auto write_all(int descriptor, std::string_view bytes) -> bool {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

auto sync_names(std::filesystem::path const& directory) -> bool {
  FileHandle const opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.get()) == 0;
}

}  // namespace treadle::store
