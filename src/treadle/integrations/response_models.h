// What the responses of AWS services look like.
//
// A few, of the services that workflows call most, are built in. Any other is read from the models
// that AWS publishes with its SDKs, where there are any.
#pragma once

#include <optional>

#include "treadle/asl/model.h"
#include "treadle/integrations/aws_sdk/service_model.h"

namespace treadle::integrations {

struct ResponseModel {
  aws_sdk::ServiceModelPtr service;
  aws_sdk::ShapeIndex shape;
};

class ResponseModels {
 public:
  // `services` outlives this.
  explicit ResponseModels(aws_sdk::ServiceModels& services);

  // Of the call that a Task makes; nullopt where it is not known, or where what the task gives is
  // not the call's response (a job, a callback, a function, an activity). Any thread; reads a file
  // the first time that it is asked for a service.
  [[nodiscard]] auto find(asl::Resource const& resource) -> std::optional<ResponseModel>;

 private:
  aws_sdk::ServiceModels& services_;
  aws_sdk::ServiceModelPtr const built_in_;
};

}  // namespace treadle::integrations
