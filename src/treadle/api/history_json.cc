#include "treadle/api/history_json.h"

#include "treadle/api/object_writer.h"

namespace treadle::api {
namespace {

constexpr std::string_view kNotTruncated = R"({"truncated":false})";

// Writes one field of an event's details.
class FieldWriter {
 public:
  FieldWriter(ObjectWriter& out, std::string_view name, runtime::HistoryPage const& page,
              ExecutionData data)
      : out_(out), name_(name), page_(page), data_(data) {}

  void operator()(std::string_view text) const { out_.text(name_, text); }
  void operator()(std::uint64_t number) const { out_.number(name_, number); }
  void operator()(record::TaskCredentials const& credentials) const {
    ObjectWriter role;
    role.text("roleArn", credentials.role_arn);
    out_.raw(name_, role.take());
  }
  // Parameters have no ...Details of their own.
  void operator()(record::PayloadId id) const {
    if (data_ == ExecutionData::kLeftOut && name_ != "parameters") return;
    out_.text(name_, page_.payload(id));
    if (name_ != "parameters") out_.raw(std::string(name_) + "Details", kNotTruncated);
  }
  void operator()(std::span<record::Assignment const> assignments) const {
    if (data_ == ExecutionData::kLeftOut) return;
    ObjectWriter variables;
    for (auto const& a : assignments) variables.text(a.name, page_.payload(a.value));
    out_.raw(name_, variables.take());
    out_.raw(std::string(name_) + "Details", kNotTruncated);
  }

 private:
  ObjectWriter& out_;
  std::string_view name_;
  runtime::HistoryPage const& page_;
  ExecutionData data_;
};

}  // namespace

auto history_event_json(record::HistoryEvent const& event, runtime::HistoryPage const& page,
                        ExecutionData data) -> std::string {
  ObjectWriter out;
  out.time("timestamp", event.timestamp)
      .text("type", event.type)
      .number("id", event.id)
      .number("previousEventId", event.previous_id);
  if (event.details_name.empty()) return out.take();
  ObjectWriter details;
  for (auto const& field : event.details)
    std::visit(FieldWriter(details, field.name, page, data), field.value);
  out.raw(event.details_name, details.take());
  return out.take();
}

auto history_body(runtime::HistoryPage const& page, ExecutionData data, PageSeal const& seal,
                  std::string_view purpose) -> std::string {
  std::string list = "[";
  for (auto const& event : page.events) {
    if (list.size() > 1) list += ',';
    list += history_event_json(event, page, data);
  }
  ObjectWriter out;
  out.raw("events", list + "]");
  if (page.more)
    out.text("nextToken", make_page_token(seal, purpose, std::to_string(page.events.back().id)));
  return out.take();
}

}  // namespace treadle::api
