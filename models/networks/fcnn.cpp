#include "gradtable/models/networks/fcnn.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/networks/activations.hpp"

namespace gradtable {
namespace {

void require_valid(const std::vector<std::int64_t>& widths, const FcnnOptions& options) {
  if (widths.empty() || std::ranges::min(widths) < 1)
    throw ConfigError(
        fmt::format("fcnn: expected at least one width, each at least 1, got ({})", fmt::join(widths, ",")));
  const std::vector<std::string>& names = options.activation.names();
  if (names.size() != 1 && names.size() != widths.size() - 1)
    throw ConfigError(
        fmt::format("fcnn: expected one activation, or one for each of {} hidden layers, got ({})",
                    widths.size() - 1, fmt::join(names, ",")));
  for (const std::string& name : names) find_activation(name);
  find_output_activation(options.output);
  if (!(options.dropout >= 0 && options.dropout < 1))
    throw ConfigError(
        fmt::format("fcnn: expected a dropout of at least 0 and below 1, got {}", options.dropout));
}

}  // namespace

std::vector<Layer> fcnn(const std::vector<std::int64_t>& widths, const FcnnOptions& options, Location at) {
  require_valid(widths, options);
  const std::vector<std::string>& names = options.activation.names();
  std::vector<Layer> list;
  for (std::size_t k = 1; k < widths.size(); ++k) {
    const auto add = [&](const char* symbol, const Layer& layer) {
      list.emplace_back(layers::Named{fmt::format("{}{}", symbol, k), layer}, at);
    };
    add("a", layers::FullyConnected{widths[k - 1], options.bias});
    add("h", layers::Activation{names[names.size() == 1 ? 0 : k - 1]});
    if (options.dropout > 0) list.emplace_back(layers::Dropout{options.dropout}, at);
  }
  list.emplace_back(layers::FullyConnected{widths.back(), options.bias}, at);
  list.emplace_back(layers::OutputActivation{options.output}, at);
  return list;
}

}  // namespace gradtable
