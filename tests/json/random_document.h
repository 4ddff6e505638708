// Random JSON documents, for properties.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "treadle/json/arena.h"
#include "treadle/json/value.h"

namespace treadle::json {

// Values of every kind with every kind of text in them, of a few levels.
class RandomDocuments {
 public:
  RandomDocuments(Arena& arena, std::uint64_t seed) : arena_(arena), random_(seed) {}

  [[nodiscard]] auto value(int levels) -> Value;
  [[nodiscard]] auto text()
      -> std::string;  // WTF-8, whose lone surrogates never stand high before low
  [[nodiscard]] auto below(std::uint64_t bound) -> std::uint64_t { return random_() % bound; }

 private:
  [[nodiscard]] auto number() -> Value;
  [[nodiscard]] auto array(int levels) -> Value;
  [[nodiscard]] auto object(int levels) -> Value;

  Arena& arena_;
  std::mt19937_64 random_;
};

}  // namespace treadle::json
