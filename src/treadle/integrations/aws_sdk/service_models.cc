// The folder of models: which there are, and those that were read.
#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "treadle/base/assert.h"
#include "treadle/integrations/aws_sdk/core_models.h"
#include "treadle/integrations/aws_sdk/names.h"
#include "treadle/integrations/aws_sdk/service_model.h"
#include "treadle/json/parse.h"
#include "treadle/json/print.h"

namespace treadle::integrations::aws_sdk {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLoadedMax = 16;  // services kept in memory
constexpr std::size_t kModelBytesMax = 33'554'432;
constexpr std::size_t kHeadBytes = 8'192;  // of a model: its metadata stand there
constexpr std::size_t kNameCharsShown = 64;

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

// Of one that the binary carries.
auto core_model(std::string_view id) -> std::optional<std::string> {
  json::Arena arena;
  auto const models = json::parse(arena, kCoreModels);
  TREADLE_ASSERT(models.has_value());
  auto const* const model = models->find(id);
  return model == nullptr ? std::nullopt : std::optional(json::print(*model));
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

ServiceModels::ServiceModels(fs::path folder) : folder_(std::move(folder)) {}

auto ServiceModels::find(std::string_view id) -> Result<ServiceModelPtr, std::string> {
  std::lock_guard const lock(mutex_);
  if (auto const at = loaded_.find(id); at != loaded_.end()) return at->second;
  if (!index_) read_index();
  auto const core = index_->contains(id) ? std::nullopt : core_model(id);
  if (!core && !index_->contains(id)) return std::unexpected(unknown(id));
  if (loaded_.size() >= kLoadedMax) loaded_.clear();
  return loaded_.emplace(std::string(id), core ? read_service_model(*core) : load(id))
      .first->second;
}

auto ServiceModels::load(std::string_view id) const -> Result<ServiceModelPtr, std::string> {
  auto const& path = index_->find(id)->second;
  auto model = read_service_model(read_file(path, kModelBytesMax));
  if (model) return model;
  return std::unexpected(fmt::format("The model of the service '{}' can't be used, {}: {}", id,
                                     path.string(), model.error()));
}

auto ServiceModels::unknown(std::string_view id) const -> std::string {
  auto const shown = id.substr(0, kNameCharsShown);
  if (index_->empty())
    return fmt::format(
        "The service '{}' is not known: there are no service models in '{}' (install "
        "python3-botocore, "
        "or name a folder of models with --service-models DIR)",
        shown, folder_.string());
  std::vector<std::string_view> names;
  for (auto const& [name, path] : *index_) names.push_back(name);
  auto const nearest = nearest_name(id, names);
  if (!nearest.empty())
    return fmt::format("The service '{}' is not known; did you mean '{}'?", shown, nearest);
  return fmt::format(
      "The service '{}' is not known: no model in '{}' has that name (newer models may, see "
      "--service-models DIR)",
      shown, folder_.string());
}

// Of several versions the last counts.
void ServiceModels::read_index() {
  index_.emplace();
  if (folder_.empty()) return;
  for (auto const& of_service : folders_in(folder_))
    for (auto const& of_version : folders_in(of_service)) {
      auto const file = of_version / "service-2.json";
      if (auto const id = id_in(read_file(file, kHeadBytes)); !id.empty()) (*index_)[id] = file;
    }
}

}  // namespace treadle::integrations::aws_sdk
