// Approvals in a server: their settings, and what they serve over HTTP.
#pragma once

#include <string>
#include <vector>

#include "apps/treadle/node.h"
#include "treadle/api/http_api.h"
#include "treadle/approvals/key_holders.h"
#include "treadle/approvals/routes.h"
#include "treadle/approvals/settings_file.h"
#include "treadle/base/result.h"
#include "treadle/import/project.h"

namespace treadle::app {

// The settings of `file` (--approvals), else of `approvals:` in treadle.yaml, else of approvals.yaml
// beside it, else none. An error is "FILE:LINE:COLUMN: why".
[[nodiscard]] auto load_approvals(import::Project const& project, std::string const& folder,
                                  std::string const& file)
    -> Result<approvals::SettingsFile, std::string>;

// As a service beside the API.
[[nodiscard]] auto other_service(approvals::HttpService service) -> api::OtherService;

// The inbox and the audit log of the node. `keys`: that requests must be signed by, null where there are
// none; they outlive the services.
void add_approval_services(Node& node, approvals::KeyHolders const* keys,
                           std::vector<api::OtherService>& services);

}  // namespace treadle::app
