#include "treadle/runtime/definition_cache.h"

#include "treadle/base/hmac.h"

namespace treadle::runtime {
namespace {

constexpr std::size_t kDefinitionsKept = 4'096;

auto type_byte(asl::MachineType type) -> char {
  return type == asl::MachineType::kStandard ? 'S' : 'E';
}

}  // namespace

auto revision_of(std::string_view definition, asl::MachineType type) -> std::string {
  std::string text(1, type_byte(type));
  text += definition;
  return to_hex(sha256(text));
}

void DefinitionCache::add(store::Batch& batch, std::string const& revision, asl::MachineType type,
                          asl::DefinitionPtr definition) {
  std::string row(1, type_byte(type));
  row += definition->text;
  batch.put(store::Table::kRevision, revision, row);
  std::lock_guard const lock(mutex_);
  compiled_.insert_or_assign(revision, std::move(definition));
}

auto DefinitionCache::find(std::string const& revision) -> asl::DefinitionPtr {
  {
    std::lock_guard const lock(mutex_);
    if (auto const at = compiled_.find(revision); at != compiled_.end()) return at->second;
  }
  auto const row = store_.get(store::Table::kRevision, revision);
  if (!row || !*row || (*row)->empty()) return nullptr;
  auto const& bytes = **row;
  auto const type = bytes.front() == 'S' ? asl::MachineType::kStandard : asl::MachineType::kExpress;
  auto definition =
      asl::parse_definition(std::string_view(bytes).substr(1), {.type = type, .strict_aws = false})
          .definition;
  std::lock_guard const lock(mutex_);
  if (compiled_.size() >= kDefinitionsKept) compiled_.clear();
  compiled_.insert_or_assign(revision, definition);
  return definition;
}

}  // namespace treadle::runtime
