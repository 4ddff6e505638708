#include "treadle/store/identity.h"

#include <cstring>
#include <sys/random.h>

#include "treadle/base/assert.h"

namespace treadle::store {
namespace {

class KernelRandom final : public Random {
 public:
  auto next_u64() -> std::uint64_t override {
    std::uint64_t value = 0;
    // Up to 256 bytes getrandom() gives all or nothing, and waits only while the machine boots.
    TREADLE_ASSERT(::getrandom(&value, sizeof value, 0) == sizeof value);
    return value;
  }
};

}  // namespace

auto draw_identity(Random* random) -> StoreIdentity {
  KernelRandom kernel;
  Random& source = random != nullptr ? *random : kernel;
  StoreIdentity drawn{.id = source.next_entity_id()};
  for (std::size_t at = 0; at < drawn.secret.size(); at += sizeof(std::uint64_t)) {
    auto const word = source.next_u64();
    std::memcpy(drawn.secret.data() + at, &word, sizeof word);
  }
  return drawn;
}

}  // namespace treadle::store
