#include "treadle/logs/record.h"

#include <algorithm>
#include <variant>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "treadle/json/print.h"

namespace treadle::logs {
namespace {

// Of a record: what its frame and the short fields of its details leave to payloads and causes.
constexpr std::size_t kTextsBytesMax = kRecordBytesMax - 6 * 1024;
constexpr std::size_t kShortTextBytesMax = 1'024;

// Bytes of a character that begins with `lead`.
auto length_of(char lead) -> std::size_t {
  auto const byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// Bytes of one character in JSON text.
auto escaped_length(std::string_view character) -> std::size_t {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  auto const lead = character[0];
  bool const is_surrogate =
      lead == '\xED' && character.size() == 3 && static_cast<unsigned char>(character[1]) >= 0xA0;
  if (is_surrogate) return 6;
  if (character.size() > 1) return character.size();
  if (kShort.find(lead) != std::string_view::npos) return 2;
  return static_cast<unsigned char>(lead) < 0x20 ? 6 : 1;
}

// The longest beginning of `text` whose escaped form has at most `most` bytes.
auto beginning_of(std::string_view text, std::size_t most) -> std::string_view {
  if (text.size() <= most / 6) return text;
  std::size_t at = 0, escaped = 0;
  while (at < text.size()) {
    auto const length = std::min(length_of(text[at]), text.size() - at);
    escaped += escaped_length(text.substr(at, length));
    if (escaped > most) break;
    at += length;
  }
  return text.substr(0, at);
}

class DetailsWriter {
 public:
  DetailsWriter(std::string& out, ExecutionData data, record::PayloadTable& payloads)
      : out_(out), data_(data), payloads_(payloads) {}

  void add(record::HistoryField const& field) {
    name_ = field.name;
    std::visit(*this, field.value);
  }

  void operator()(std::string_view text) {
    begin(name_);
    append(text, name_ == "cause" || name_ == "error" ? left_ : kShortTextBytesMax);
  }
  void operator()(std::uint64_t number) {
    begin(name_);
    fmt::format_to(std::back_inserter(out_), FMT_COMPILE("\"{}\""), number);
  }
  void operator()(record::TaskCredentials const& credentials) {
    begin(name_);
    out_ += R"({"roleArn":)";
    append(credentials.role_arn, kShortTextBytesMax);
    out_ += '}';
  }
  void operator()(record::PayloadId id) {
    if (data_ == ExecutionData::kLeftOut) return;
    begin(name_);
    bool const is_whole = append(payloads_.text(id), std::min(left_, kPayloadBytesMax));
    if (name_ != "parameters") say_whether_whole(is_whole);
  }
  void operator()(std::span<record::Assignment const> assignments) {
    if (data_ == ExecutionData::kLeftOut) return;
    begin(name_);
    out_ += '{';
    bool is_whole = true;
    for (auto const& a : assignments) {
      // A name is at most 80 characters.
      if (left_ < kShortTextBytesMax) {
        is_whole = false;
        break;
      }
      begin(a.name);
      left_ -= a.name.size();
      is_whole = append(payloads_.text(a.value), std::min(left_, kPayloadBytesMax)) && is_whole;
    }
    out_ += '}';
    say_whether_whole(is_whole);
  }

 private:
  void begin(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    json::append_string(out_, name);
    out_ += ':';
  }
  // Whether all of it had its place.
  auto append(std::string_view text, std::size_t most) -> bool {
    auto const part = beginning_of(text, most);
    auto const before = out_.size();
    json::append_string(out_, part);
    left_ -= std::min(left_, out_.size() - before);
    return part.size() == text.size();
  }
  void say_whether_whole(bool is_whole) {
    fmt::format_to(std::back_inserter(out_), FMT_COMPILE(",\"{}Details\":{{\"truncated\":{}}}"),
                   name_, !is_whole);
  }

  std::string& out_;
  ExecutionData data_;
  record::PayloadTable& payloads_;
  std::string_view name_;
  std::size_t left_ = kTextsBytesMax;
};

}  // namespace

void append_record(std::string& out, record::HistoryEvent const& event, RecordSource const& source,
                   record::PayloadTable& payloads) {
  auto const at = std::back_inserter(out);
  fmt::format_to(at, FMT_COMPILE(R"({{"id":"{}","type":"{}","details":{{)"), event.id, event.type);
  DetailsWriter details(out, source.data, payloads);
  for (auto const& field : event.details) details.add(field);
  fmt::format_to(
      at, FMT_COMPILE(R"(}},"previous_event_id":"{}","event_timestamp":"{}","execution_arn":)"),
      event.previous_id, event.timestamp.time_since_epoch().count());
  json::append_string(out, source.execution_arn);
  fmt::format_to(at, FMT_COMPILE(R"(,"redrive_count":"{}"}})"), source.redrive_count);
}

}  // namespace treadle::logs
