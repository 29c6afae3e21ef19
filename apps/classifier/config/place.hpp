// Where a value stands: the config's file, and a pointer to the key.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>

namespace classifier {

// All messages are of the form "run.json at /model/activation: ...; expected ...".
class Place {
 public:
  explicit Place(const std::filesystem::path& file) : file_(gradtable::printable(file.native())) {}

  std::string at(std::string_view pointer) const { return fmt::format("{} at {}", file_, pointer); }
  template <class Found>
  [[noreturn]] void refuse(std::string_view pointer, const Found& found, std::string_view expected) const {
    throw gradtable::ConfigError(fmt::format("{}: {}; expected {}", at(pointer), found, expected));
  }

 private:
  std::string file_;
};

}  // namespace classifier
