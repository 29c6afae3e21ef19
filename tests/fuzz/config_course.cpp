// Any bytes as a config in the course's format: a ConfigError or a config.
#include "input_file.hpp"
#include <apps/classifier/config/course_format.hpp>

#include "gradtable/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file({data, size});
  try {
    classifier::read_course_config(file.path());
  } catch (const gradtable::ConfigError&) {
  }
  return 0;
}
