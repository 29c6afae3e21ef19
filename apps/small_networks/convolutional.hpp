// Convolutional networks on one and on three spatial axes: Goodfellow et al., section 9.7.
#pragma once

#include <cstdint>
#include <vector>

#include "apps/small_networks/data.hpp"

namespace small_networks {

struct Outcome {
  std::int64_t parameters;
  double first_loss, last_loss;  // of the steps, over the examples learned from
  double accuracy;               // from 0 to 1, on fresh examples
};

// Learns from `examples`, all of them at each of the `steps`, and is asked about `fresh` ones.
Outcome tell_apart(const std::vector<gradtable::Layer>& layers, const Examples& examples,
                   const Examples& fresh, int steps);

// Networks for signals() and for volumes(), in the order of their layers.
std::vector<gradtable::Layer> signal_layers();
std::vector<gradtable::Layer> volume_layers();

}  // namespace small_networks
