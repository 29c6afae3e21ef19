#include "gradtable/core/error.hpp"

#include <fmt/format.h>

namespace gradtable {

std::string to_string(const Location& at) {
  return fmt::format("{}:{}", at.file_name(), at.line());
}

}  // namespace gradtable
