#include "treadle/runtime/express_codec.h"

#include <tuple>

#include "treadle/record/bytes.h"

namespace treadle::record {

template <>
inline constexpr std::uint64_t kLastOf<runtime::HistoryLevel> =
    static_cast<std::uint64_t>(runtime::HistoryLevel::kAll);

}  // namespace treadle::record

namespace treadle::runtime {
namespace {

constexpr std::uint64_t kVersion = 1;

// The fields in the order of writing. docs/journal-format.md has the same.
template <typename Start>
auto fields(Start& s) {
  return std::tie(s.id.high, s.id.low, s.machine.id.high, s.machine.id.low, s.machine.arn,
                  s.machine.name, s.machine.revision, s.machine.role_arn, s.execution_arn, s.name,
                  s.input, s.trace_header, s.log.level, s.log.with_data, s.log.group,
                  s.machine.version_arn, s.machine.alias_arn, s.machine.revision_id,
                  s.machine.revised_at);
}

}  // namespace

void append_express_start(std::string& out, ExpressStart const& start) {
  record::ByteWriter writer(std::move(out));
  writer.number(kVersion);
  std::apply([&writer](auto const&... field) { (writer.put(field), ...); }, fields(start));
  out = writer.take();
}

auto read_express_start(std::string_view bytes) -> std::optional<ExpressStart> {
  json::Arena arena;
  record::ByteReader in(bytes, arena);
  if (in.number() != kVersion) return std::nullopt;
  ExpressStart start;
  std::apply([&in](auto&... field) { (in.get(field), ...); }, fields(start));
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return start;
}

}  // namespace treadle::runtime
