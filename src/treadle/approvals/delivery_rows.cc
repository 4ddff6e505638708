#include "treadle/approvals/delivery_rows.h"

#include "treadle/record/bytes.h"

namespace treadle::approvals {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kDeliveriesMax = 1'000;

// The fields of a delivery row, in the order of their bytes.
auto fields(DeliveryRow& row) {
  auto& to = row.recipient;
  return std::tie(row.kind, to.channel, to.address, to.approver, row.reference);
}

}  // namespace

auto delivery_key(runtime::ApprovalKey const& task, std::uint16_t number) -> std::string {
  auto key = runtime::approval_key(task.place, task.scheduled);
  key.push_back(static_cast<char>(number >> 8));
  key.push_back(static_cast<char>(number));
  return key;
}

auto write_delivery(DeliveryRow const& row) -> std::string {
  record::ByteWriter out;
  out.number(kVersion);
  std::apply([&](auto const&... field) { (out.put(field), ...); },
             fields(const_cast<DeliveryRow&>(row)));
  return out.take();
}

auto read_delivery(std::string_view bytes) -> std::optional<DeliveryRow> {
  json::Arena unused;
  record::ByteReader in(bytes, unused);
  DeliveryRow row;
  if (in.number() != kVersion) return std::nullopt;
  std::apply([&](auto&... field) { (in.get(field), ...); }, fields(row));
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return row;
}

auto find_delivery(store::Store const& store, runtime::ApprovalKey const& task,
                   std::uint16_t number) -> std::optional<DeliveryRow> {
  auto const row = store.get(store::Table::kDelivery, delivery_key(task, number));
  return row && *row ? read_delivery(**row) : std::nullopt;
}

auto deliveries_of(store::Store const& store, runtime::ApprovalKey const& task)
    -> std::vector<Delivery> {
  auto const from = delivery_key(task, 0);
  auto const to = runtime::approval_key(task.place, task.scheduled) + std::string(3, '\xff');
  std::vector<Delivery> out;
  auto const rows =
      store.scan(store::Table::kDelivery, {.from = from, .to = to, .limit = kDeliveriesMax});
  if (!rows) return out;
  for (auto const& row : *rows) {
    auto read = read_delivery(row.value);
    if (!read) continue;
    auto const high = static_cast<unsigned char>(row.key[row.key.size() - 2]);
    auto const low = static_cast<unsigned char>(row.key.back());
    out.push_back({static_cast<std::uint16_t>(high << 8 | low), *std::move(read)});
  }
  return out;
}

}  // namespace treadle::approvals
