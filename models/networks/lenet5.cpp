#include "gradtable/models/networks/lenet5.hpp"

#include <fmt/format.h>

#include "gradtable/models/networks/activations.hpp"

namespace gradtable {
namespace {

void require_valid(const LeNet5Options& options) {
  if (options.classes < 1)
    throw ConfigError(fmt::format("lenet5: expected at least one class, got {}", options.classes));
  if (options.rows < kLeNet5LeastPixels || options.columns < kLeNet5LeastPixels)
    throw ConfigError(fmt::format("lenet5: expected images of at least {}x{}, got {}x{}", kLeNet5LeastPixels,
                                  kLeNet5LeastPixels, options.rows, options.columns));
  find_activation(options.activation);
  find_output_activation(options.output);
  if (!(options.dropout >= 0 && options.dropout < 1))
    throw ConfigError(
        fmt::format("lenet5: expected a dropout of at least 0 and below 1, got {}", options.dropout));
}

// Zeros at both ends of an extent: the paper's images have 32 pixels.
std::int64_t padding_of(std::int64_t extent) {
  return extent < 32 ? 2 : 0;
}

}  // namespace

std::vector<Layer> lenet5(const LeNet5Options& options, Location at) {
  using namespace layers;
  require_valid(options);
  std::vector<Layer> list;
  const auto add = [&](const Layer& layer) { list.push_back(layer); };
  const auto named = [&](const char* name, const auto& layer) { list.emplace_back(Named{name, layer}, at); };
  const layers::Activation f{options.activation};
  const auto pool = [&](const char* name) {
    options.pooling == Pooling::max ? named(name, MaxPool2d{2}) : named(name, AvgPool2d{2});
  };
  const auto drop = [&] {
    if (options.dropout > 0) add({Dropout{options.dropout}, at});
  };
  add({Reshape{{1, options.rows, options.columns}}, at});
  add({Conv2d{6, 5, {.padding = {padding_of(options.rows), padding_of(options.columns)}}}, at});
  named("C1", f);
  pool("S2");
  add({Conv2d{16, 5}, at});
  named("C3", f);
  pool("S4");
  add({Flatten{}, at});
  add({FullyConnected{120}, at});
  named("C5", f);
  drop();
  add({FullyConnected{84}, at});
  named("F6", f);
  drop();
  add({FullyConnected{options.classes}, at});
  add({OutputActivation{options.output}, at});
  return list;
}

}  // namespace gradtable
