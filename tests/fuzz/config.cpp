// Any bytes as a JSON config of mnist_fcnn: a ConfigError or a config, which is read again as it is written.
#include "input_file.hpp"
#include <apps/classifier/config/load.hpp>
#include <apps/mnist_fcnn/model.hpp>

#include "gradtable/core/error.hpp"

namespace {

// What was accepted once is accepted again.
void read_back(const classifier::Program& program, const classifier::Config& config) {
  const std::string text = classifier::resolved_json(program, config);
  const fuzz::InputFile file({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  classifier::load_config(program, file.path());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const classifier::Program program = mnist_fcnn::program();
  const fuzz::InputFile file({data, size});
  classifier::Config config;
  try {
    config = classifier::load_config(program, file.path());
  } catch (const gradtable::ConfigError&) {
    return 0;
  }
  read_back(program, config);
  return 0;
}
