// Any bytes as a config in the course's format, for each program with a model: a ConfigError or a config.
#include "input_file.hpp"
#include <apps/classifier/config/course_format.hpp>
#include <apps/classifier/programs.hpp>

#include "gradtable/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<classifier::Program> programs = classifier::programs();
  const fuzz::InputFile file({data, size});
  for (const classifier::Program& program : programs) {
    try {
      classifier::read_course_config(program, file.path());
    } catch (const gradtable::ConfigError&) {
    }
  }
  return 0;
}
