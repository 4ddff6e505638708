#include "treadle/approvals/routes.h"

namespace treadle::approvals {

auto path_of(net::Request const& request) -> std::string_view {
  std::string_view const target = request.target;
  return target.substr(0, target.find('?'));
}

}  // namespace treadle::approvals
