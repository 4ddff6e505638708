#include "treadle/integrations/connector.h"

#include "treadle/base/error_names.h"

namespace treadle::integrations {

void Connector::await_job(TaskCall /*call*/, CallDone done) {
  done(CallFailed{{std::string(errors::kRuntime), "This resource starts no jobs."}});
}

void Connector::compensate_job(TaskCall /*call*/) {}

void Connector::stop_job(TaskCall /*call*/, CallDone done) { done(CallSucceeded{"{}"}); }

}  // namespace treadle::integrations
