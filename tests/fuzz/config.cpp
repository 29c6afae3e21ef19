// Any bytes as a JSON config of each program with a model: a ConfigError or a config, which is read again as
// it is written.
#include "input_file.hpp"
#include <apps/classifier/config/load.hpp>
#include <apps/classifier/programs.hpp>

#include "gradtable/core/error.hpp"

namespace {

using classifier::Program;

// What was accepted once is accepted again.
void read_back(const Program& program, const classifier::Config& config) {
  const std::string text = classifier::resolved_json(config);
  const fuzz::InputFile file({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  classifier::load_config(program, file.path());
}

std::optional<classifier::Config> load(const Program& program, const std::filesystem::path& path) {
  try {
    return classifier::load_config(program, path);
  } catch (const gradtable::ConfigError&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<Program> programs = classifier::programs();
  const fuzz::InputFile file({data, size});
  for (const Program& program : programs)
    if (const auto config = load(program, file.path())) read_back(program, *config);
  return 0;
}
