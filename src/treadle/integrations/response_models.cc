#include "treadle/integrations/response_models.h"

#include <string>
#include <string_view>
#include <utility>

#include "treadle/base/assert.h"
#include "treadle/integrations/built_in_models.h"

namespace treadle::integrations {
namespace {

auto read_built_in() -> aws_sdk::ServiceModelPtr {
  auto model = aws_sdk::read_service_model(kBuiltInModels);
  TREADLE_ASSERT(model.has_value());
  return *model;
}

auto response_in(aws_sdk::ServiceModelPtr model, std::string_view action)
    -> std::optional<ResponseModel> {
  auto const* const operation = model->find_operation(action);
  if (operation == nullptr || !operation->output) return std::nullopt;
  return ResponseModel{.service = std::move(model), .shape = *operation->output};
}

}  // namespace

ResponseModels::ResponseModels(aws_sdk::ServiceModels& services)
    : services_(services), built_in_(read_built_in()) {}

auto ResponseModels::find(asl::Resource const& resource) -> std::optional<ResponseModel> {
  if (resource.kind != asl::ResourceKind::kService ||
      resource.pattern != asl::Pattern::kRequestResponse)
    return std::nullopt;
  std::string const id(resource.is_aws_sdk ? std::string_view(resource.service)
                                           : aws_sdk::service_id_of(resource.service));
  if (auto found = response_in(built_in_, id + ":" + resource.action)) return found;
  auto service = services_.find(id);
  if (!service) return std::nullopt;
  return response_in(std::move(*service), resource.action);
}

}  // namespace treadle::integrations
