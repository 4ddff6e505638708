// The errors that services answer with; private to the folder.
#pragma once

#include <string_view>

#include "treadle/integrations/aws_sdk/message.h"
#include "treadle/integrations/aws_sdk/xml_tree.h"

namespace treadle::integrations::aws_sdk {

// Of an answer whose status says so.
[[nodiscard]] auto read_error(ServiceModel const& service, Operation const& operation, int status,
                              net::Headers const& headers, std::string_view body) -> ServiceError;

// Of an answer whose body says so, whatever the status: S3's <Error>.
[[nodiscard]] auto read_error(ServiceModel const& service, Operation const& operation, int status,
                              net::Headers const& headers, XmlNode const& root) -> ServiceError;

// Of an answer that can't be understood.
[[nodiscard]] auto unreadable_answer(int status, net::Headers const& headers, std::string message)
    -> ServiceError;

// The id under which a service knows the request; empty where no header tells it.
[[nodiscard]] auto request_id_of(net::Headers const& headers) -> std::string;

// A header's value as Unicode: bytes that are no UTF-8 are Latin-1, as RFC 9110 (5.5) had them once.
[[nodiscard]] auto header_text(std::string_view value) -> std::string;

}  // namespace treadle::integrations::aws_sdk
