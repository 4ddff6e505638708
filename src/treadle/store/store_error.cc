#include "treadle/store/store_error.h"

#include <system_error>

#include <fmt/format.h>

namespace treadle::store {
namespace {

auto way_out(int number) -> std::string_view {
  switch (number) {
    case ENOSPC:
    case EDQUOT: return "free some space on that disk";
    case EACCES:
    case EPERM: return "run treadle as the owner of the data directory, or choose another one";
    case EROFS: return "choose a data directory on a disk that can be written to";
    case EIO: return "the disk fails: look at the kernel's log, then restore from a backup";
    case EMFILE:
    case ENFILE: return "raise the limit of open files (ulimit -n)";
    default: return "see docs/operations.md, Data directory";
  }
}

}  // namespace

auto system_error(std::filesystem::path const& path, std::string_view doing, int number)
    -> std::unexpected<StoreError> {
  auto const kind =
      number == ENOSPC || number == EDQUOT ? StoreError::Kind::kSpace : StoreError::Kind::kIo;
  return store_error(kind, fmt::format("{}: can't {}: {}; {}", path.string(), doing,
                                       std::generic_category().message(number), way_out(number)));
}

}  // namespace treadle::store
