#include "treadle/api/actions/paging.h"

#include "treadle/api/page_token.h"
#include "treadle/api/parameters.h"

namespace treadle::api {

auto read_page(ActionCall const& call, std::string_view purpose)
    -> std::expected<PageRequest, ApiError> {
  constexpr std::size_t kDefault = 100;
  PageRequest page;
  auto const wanted = number_of(call.request, "maxResults").value_or(0);
  page.limit = wanted == 0 ? kDefault : static_cast<std::size_t>(wanted);
  if (auto const token = text_of(call.request, "nextToken"))
    page.after = TRY(read_page_token(seal_of(call.services), purpose, *token));
  return page;
}

}  // namespace treadle::api
