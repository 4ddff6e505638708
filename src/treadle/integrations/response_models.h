// What the responses of AWS services look like: shapes in the form of the service models that AWS
// publishes with its SDKs.
//
// A few, of the services that workflows call most, are built in. Any other is read from a folder laid
// out as botocore's data directory (SERVICE/VERSION/service-2.json), where there is one.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/asl/model.h"
#include "treadle/json/value.h"

namespace treadle::integrations {

// The shape of one response. `storage` keeps alive what the others view.
struct ResponseModel {
  json::Value shapes;  // of the service, by name
  std::string_view shape;
  std::shared_ptr<void const> storage;
};

class ResponseModels {
 public:
  // `folder` may be empty, or not there.
  explicit ResponseModels(std::filesystem::path folder);

  // Of the call that a Task makes; nullopt where it is not known, or where what the task gives is
  // not the call's response (a job, a callback, a function, an activity). Any thread; reads a file
  // the first time that it is asked for a service.
  [[nodiscard]] auto find(asl::Resource const& resource) -> std::optional<ResponseModel>;

 private:
  struct Service;

  [[nodiscard]] auto service(std::string const& id) -> std::shared_ptr<Service const>;
  [[nodiscard]] auto load(std::string const& id) const -> std::shared_ptr<Service const>;
  void read_index();

  std::filesystem::path const folder_;
  std::shared_ptr<Service const> const built_in_;
  std::mutex mutex_;
  // By service id, as AWS SDK integrations write it ("sfn"). Null: it could not be read.
  std::map<std::string, std::shared_ptr<Service const>> loaded_;
  std::optional<std::map<std::string, std::filesystem::path>> index_;
};

}  // namespace treadle::integrations
