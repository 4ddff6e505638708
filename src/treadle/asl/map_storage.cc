#include "treadle/asl/map_storage.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "treadle/asl/resource.h"
#include "treadle/asl/schema.h"
#include "treadle/asl/values.h"
#include "treadle/base/limits.h"

namespace treadle::asl {
namespace {

constexpr Range kItemsRange{0, 100'000'000};
constexpr Range kBatchItemsRange{1, std::numeric_limits<std::int32_t>::max()};
constexpr Range kBatchBytesRange{1, static_cast<std::int64_t>(limits::kPayloadBytes)};

// The only services that a Distributed Map reads from and writes to are calls of S3.
void check_storage_resource(Fields const& fields, std::initializer_list<std::string_view> actions,
                            Report& report) {
  auto const text = fields.text("Resource");
  if (!text) return;
  auto const parsed = parse_resource(*text);
  auto const& resource = parsed.resource;
  if (parsed.verdict != ResourceVerdict::kRefused && resource.service == "s3" &&
      resource.pattern == Pattern::kRequestResponse &&
      std::ranges::find(actions, resource.action) != actions.end())
    return;
  report.error(
      fields.at("Resource"),
      fmt::format("The resource provided {} is not recognized. It should end in one of: [{}]",
                  *text, fmt::join(actions, ", ")));
}

void check_reader_config(Fields const& config, Report& report) {
  check_shape(config, Shape::kReaderConfig, report);
  static_cast<void>(
      read_choice(config, "InputType", {"CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"}, report));
  static_cast<void>(read_choice(config, "Transformation", {"NONE", "LOAD_AND_FLATTEN"}, report));
  static_cast<void>(read_choice(config, "ManifestType", {"ATHENA_DATA", "S3_INVENTORY"}, report));
  static_cast<void>(
      read_choice(config, "CSVDelimiter", {"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"}, report));
  auto const header = read_choice(config, "CSVHeaderLocation", {"FIRST_ROW", "GIVEN"}, report);
  if (header == "GIVEN" && !config.has("CSVHeaders"))
    report.error(config.where(), required_fields_message("CSVHeaders"));
  auto const names = config.list("CSVHeaders");
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!names[i].is_string())
      report.error(config.at("CSVHeaders")[i], expected_type_message("String"));
  static_cast<void>(read_number_field(config, "MaxItems", kItemsRange, report));
}

void check_item_reader(Fields const& reader, Report& report) {
  check_shape(reader, Shape::kItemReader, report);
  if (!reader.has("Resource")) report.error(reader.where(), required_fields_message("Resource"));
  check_storage_resource(reader, {"getObject", "listObjectsV2"}, report);
  static_cast<void>(read_arguments(reader, report));
  if (auto const config = reader.object("ReaderConfig"); config)
    check_reader_config(*config, report);
}

void check_item_batcher(Fields const& batcher, Report& report) {
  check_shape(batcher, Shape::kItemBatcher, report);
  static_cast<void>(read_number_field(batcher, "MaxItemsPerBatch", kBatchItemsRange, report));
  static_cast<void>(read_number_field(batcher, "MaxInputBytesPerBatch", kBatchBytesRange, report));
  static_cast<void>(read_either_template(batcher, "BatchInput", report));
  auto const is_bounded = batcher.has("MaxItemsPerBatch") || batcher.has("MaxItemsPerBatchPath") ||
                          batcher.has("MaxInputBytesPerBatch") ||
                          batcher.has("MaxInputBytesPerBatchPath");
  if (!is_bounded)
    report.error(
        batcher.where(),
        "At least one of these fields is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]");
}

void check_result_writer(Fields const& writer, Report& report) {
  check_shape(writer, Shape::kResultWriter, report);
  check_storage_resource(writer, {"putObject"}, report);
  static_cast<void>(read_arguments(writer, report));
  if (auto const config = writer.object("WriterConfig"); config) {
    check_shape(*config, Shape::kWriterConfig, report);
    static_cast<void>(read_choice(*config, "OutputType", {"JSON", "JSONL"}, report));
    static_cast<void>(
        read_choice(*config, "Transformation", {"NONE", "COMPACT", "FLATTEN"}, report));
  }
  if (!writer.has("Resource") && !writer.has("WriterConfig"))
    report.error(writer.where(),
                 "At least one of these fields is required: [Resource, WriterConfig]");
}

}  // namespace

void check_map_storage(Fields const& fields, Report& report) {
  if (auto const reader = fields.object("ItemReader"); reader) check_item_reader(*reader, report);
  if (auto const batcher = fields.object("ItemBatcher"); batcher)
    check_item_batcher(*batcher, report);
  if (auto const writer = fields.object("ResultWriter"); writer)
    check_result_writer(*writer, report);
}

auto read_item_reader(Fields const& fields) -> std::optional<ItemReader> {
  auto const reader = fields.object("ItemReader");
  if (!reader) return std::nullopt;
  ItemReader read;
  if (auto const resource = reader->text("Resource"); resource && resource->ends_with("getObject"))
    read.input = ReaderInput::kJson;
  auto const config = reader->object("ReaderConfig");
  if (!config) return read;
  constexpr std::pair<std::string_view, ReaderInput> kInputs[] = {
      {"JSON", ReaderInput::kJson},
      {"JSONL", ReaderInput::kJsonLines},
      {"CSV", ReaderInput::kCsv},
      {"PARQUET", ReaderInput::kParquet},
      {"MANIFEST", ReaderInput::kManifest}};
  for (auto const& [name, input] : kInputs)
    if (config->text("InputType") == name) read.input = input;
  read.items_pointer = std::string(config->text("ItemsPointer").value_or(""));
  return read;
}

}  // namespace treadle::asl
