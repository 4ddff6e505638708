#include "treadle/import/terraform/input_files.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "treadle/import/files.h"

namespace treadle::import::terraform {
namespace {

namespace fs = std::filesystem;

auto files_ending_in(fs::path const& folder, std::string_view ending) -> std::vector<fs::path> {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    auto const name = i->path().filename().string();
    if (name.ends_with(ending) && !name.starts_with('.')) out.push_back(i->path());
  }
  std::ranges::sort(out);
  return out;
}

auto read_all(std::vector<fs::path> const& paths) -> Result<std::vector<TextFile>, std::string> {
  std::vector<TextFile> out;
  for (auto const& path : paths)
    out.push_back({path.string(), TRY(read_file(path, Sources::kFileBytesMax))});
  return out;
}

}  // namespace

auto folder_of(fs::path const& path) -> fs::path {
  std::error_code error;
  auto const folder = fs::is_directory(path, error) ? path : path.parent_path();
  return fs::absolute(folder.empty() ? "." : folder, error).lexically_normal();
}

auto read_input_files(fs::path const& path) -> Result<Inputs, std::string> {
  std::error_code error;
  bool const is_folder = fs::is_directory(path, error);
  auto const configurations = is_folder ? files_ending_in(path, ".tf") : std::vector{path};
  if (configurations.empty())
    return std::unexpected(fmt::format("{}: expected a folder with .tf files", path.string()));
  Inputs inputs;
  inputs.configurations = TRY(read_all(configurations));
  auto const folder = is_folder ? path : path.parent_path();
  std::vector<fs::path> variable_files;
  if (auto const file = folder / "terraform.tfvars"; fs::exists(file, error))
    variable_files.push_back(file);
  for (auto& file : files_ending_in(folder.empty() ? "." : folder, ".auto.tfvars"))
    variable_files.push_back(std::move(file));
  inputs.variable_files = TRY(read_all(variable_files));
  return inputs;
}

auto read_below(fs::path folder) -> ReadFile {
  return [folder = std::move(folder)](std::string_view path) -> Result<std::string, std::string> {
    auto const whole = (folder / path).lexically_normal();
    return read_file(whole, Sources::kFileBytesMax);
  };
}

}  // namespace treadle::import::terraform
