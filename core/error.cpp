#include "gradtable/core/error.hpp"

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable {

Error::Error(const std::string& message) : std::runtime_error(printable(message)) {}

void Error::append(const std::string& text) {
  std::runtime_error::operator=(std::runtime_error(printable(what() + text)));
}

std::string to_string(const Location& at) {
  return fmt::format("{}:{}", at.file_name(), at.line());
}

}  // namespace gradtable
