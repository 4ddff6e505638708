#include "treadle/integrations/response_models.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "treadle/base/assert.h"
#include "treadle/integrations/built_in_models.h"
#include "treadle/json/arena.h"
#include "treadle/json/parse.h"

namespace treadle::integrations {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLoadedMax = 8;  // services kept in memory
constexpr std::size_t kModelBytesMax = 33'554'432;
constexpr std::size_t kHeadBytes = 8'192;  // of a model: its metadata stand there

// Optimized integrations whose name is not the service's id.
constexpr std::pair<std::string_view, std::string_view> kIds[] = {
    {"states", "sfn"},
    {"events", "eventbridge"},
    {"elasticmapreduce", "emr"},
    {"emr-containers", "emrcontainers"},
    {"emr-serverless", "emrserverless"},
    {"bedrock", "bedrockruntime"},
};

auto service_id(asl::Resource const& resource) -> std::string {
  if (!resource.is_aws_sdk)
    for (auto const& [name, id] : kIds)
      if (name == resource.service) return std::string(id);
  return resource.service;
}

auto upper_first(std::string_view text) -> std::string {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

// "CloudWatch Logs" is "cloudwatchlogs" in a Resource.
auto as_in_resources(std::string_view id) -> std::string {
  std::string out;
  for (char const c : id)
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (c != ' ' && c != '-')
      out += c;
  return out;
}

// At most so many bytes of it; empty where it can't be read.
auto read_file(fs::path const& path, std::size_t bytes_max) -> std::string {
  std::error_code error;
  auto const size = fs::file_size(path, error);
  if (error) return {};
  std::ifstream file(path, std::ios::binary);
  bytes_max = std::min<std::size_t>(bytes_max, size);
  std::string text(bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(bytes_max));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// The text between the quotes behind "serviceId": in the head of a model.
auto id_in(std::string_view head) -> std::string {
  constexpr std::string_view kKey = "\"serviceId\"";
  auto const key = head.find(kKey);
  if (key == std::string_view::npos) return {};
  auto const begin = head.find('"', key + kKey.size());
  if (begin == std::string_view::npos) return {};
  auto const end = head.find('"', begin + 1);
  if (end == std::string_view::npos) return {};
  return as_in_resources(head.substr(begin + 1, end - begin - 1));
}

auto folders_in(fs::path const& folder) -> std::vector<fs::path> {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (std::error_code ignored; at->is_directory(ignored)) found.push_back(at->path());
  std::ranges::sort(found);
  return found;
}

}  // namespace

// A model, parsed: what is built in holds several services.
struct ResponseModels::Service {
  std::string text;
  json::Arena arena;
  json::Value root;

  static auto parse(std::string from) -> std::shared_ptr<Service const> {
    auto service = std::make_shared<Service>();
    service->text = std::move(from);
    auto const parsed = json::parse(service->arena, service->text);
    if (!parsed) return nullptr;
    service->root = *parsed;
    return service;
  }
};

namespace {

// Of {"operations":{NAME:{"output":{"shape":SHAPE}}},"shapes":{...}}.
auto response_in(json::Value operations, json::Value const* shapes, std::string_view action)
    -> std::optional<ResponseModel> {
  auto const* const operation = operations.find(action);
  auto const* const output = operation == nullptr ? nullptr : operation->find("output");
  auto const* const shape = output == nullptr ? nullptr : output->find("shape");
  if (shape == nullptr || !shape->is_string() || shapes == nullptr) return std::nullopt;
  return ResponseModel{.shapes = *shapes, .shape = shape->as_string(), .storage = {}};
}

}  // namespace

ResponseModels::ResponseModels(fs::path folder)
    : folder_(std::move(folder)), built_in_(Service::parse(std::string(kBuiltInModels))) {
  TREADLE_ASSERT(built_in_ != nullptr);
}

auto ResponseModels::find(asl::Resource const& resource) -> std::optional<ResponseModel> {
  if (resource.kind != asl::ResourceKind::kService ||
      resource.pattern != asl::Pattern::kRequestResponse)
    return std::nullopt;
  auto const id = service_id(resource);
  auto const action = upper_first(resource.action);
  auto const& root = built_in_->root;
  if (auto const* const operations = root.find("services")->find(id))
    if (auto found = response_in(*operations, root.find("shapes"), action)) {
      found->storage = built_in_;
      return found;
    }
  auto const loaded = service(id);
  auto const* const operations = loaded == nullptr ? nullptr : loaded->root.find("operations");
  if (operations == nullptr) return std::nullopt;
  auto found = response_in(*operations, loaded->root.find("shapes"), action);
  if (found) found->storage = loaded;
  return found;
}

auto ResponseModels::service(std::string const& id) -> std::shared_ptr<Service const> {
  std::lock_guard const lock(mutex_);
  if (auto const at = loaded_.find(id); at != loaded_.end()) return at->second;
  if (!index_) read_index();
  if (!index_->contains(id)) return nullptr;
  if (loaded_.size() >= kLoadedMax) loaded_.clear();
  return loaded_[id] = load(id);
}

auto ResponseModels::load(std::string const& id) const -> std::shared_ptr<Service const> {
  return Service::parse(read_file(index_->at(id), kModelBytesMax));
}

// Of several versions the last counts.
void ResponseModels::read_index() {
  index_.emplace();
  if (folder_.empty()) return;
  for (auto const& of_service : folders_in(folder_))
    for (auto const& of_version : folders_in(of_service)) {
      auto const file = of_version / "service-2.json";
      if (auto const id = id_in(read_file(file, kHeadBytes)); !id.empty()) (*index_)[id] = file;
    }
}

}  // namespace treadle::integrations
