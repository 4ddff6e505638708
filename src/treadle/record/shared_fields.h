// What the codecs of the journal and of states (interpreter/state_codec.h) have in common.
#pragma once

#include <tuple>
#include <utility>

#include "treadle/record/bytes.h"
#include "treadle/record/journal_event.h"

namespace treadle::record {

template <>
inline constexpr std::uint64_t kLastOf<TimerKind> = std::to_underlying(TimerKind::kDeadline);
template <>
inline constexpr std::uint64_t kLastOf<asl::ResourceKind> =
    std::to_underlying(asl::ResourceKind::kService);
template <>
inline constexpr std::uint64_t kLastOf<asl::Pattern> =
    std::to_underlying(asl::Pattern::kWaitForTaskToken);

inline auto tie(Timer& v) { return std::tie(v.due, v.history_id, v.kind); }

}  // namespace treadle::record
