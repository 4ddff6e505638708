#include "apps/treadle/approvals_setup.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "apps/treadle/files.h"
#include "treadle/approvals/inbox_service.h"

namespace treadle::app {
namespace {

namespace fs = std::filesystem;

auto read_named(std::string const& file) -> Result<approvals::SettingsFile, std::string> {
  auto const text = read_file(file);
  if (!text) return std::unexpected(fmt::format("{}: can't read it", file));
  return approvals::read_settings(*text, file);
}

}  // namespace

auto load_approvals(import::Project const& project, std::string const& folder,
                    std::string const& file) -> Result<approvals::SettingsFile, std::string> {
  if (!file.empty()) return read_named(file);
  if (folder.empty()) return approvals::SettingsFile{};
  if (project.approvals) {
    auto const& node = *project.approvals;
    auto const written = (fs::path(folder) / import::kProjectFile).string();
    if (!node.is_scalar()) return approvals::read_settings(node, written);
    auto const named = (fs::path(folder) / node.text()).string();
    if (!fs::exists(named))
      return std::unexpected(approvals::error_at(written, node, "there is no file " + named));
    return read_named(named);
  }
  auto const beside = (fs::path(folder) / "approvals.yaml").string();
  return fs::exists(beside) ? read_named(beside) : approvals::SettingsFile{};
}

auto other_service(approvals::HttpService service) -> api::OtherService {
  using Claim = api::OtherService::Claim;
  return {.claim = [claim = std::move(service.claim)](
                       net::Request const& request) -> std::optional<Claim> {
            auto const caller = claim(request);
            if (!caller) return std::nullopt;
            return Claim{*caller == approvals::Caller::kSigned ? "states" : ""};
          },
          .serve = std::move(service.serve),
          .refusal =
              [refusal = std::move(service.refusal)](net::Request const& request,
                                                     api::ApiError const& error) {
                return refusal(request, error.status, error.code, error.message);
              }};
}

void add_approval_services(Node& node, approvals::KeyHolders const* keys,
                           std::vector<api::OtherService>& services) {
  auto const& options = node.engine().options();
  services.push_back(other_service(approvals::inbox_service(
      *node.approvals(), {.region = options.region, .account = options.account, .keys = keys})));
  services.push_back(other_service(approvals::audit_service(node.store())));
}

}  // namespace treadle::app
