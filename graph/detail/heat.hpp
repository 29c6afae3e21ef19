// The time of a profile's steps by the node that they compute, for drawings.
#pragma once

#include <span>
#include <string>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/profile.hpp"

namespace gradtable::detail {

class Heat {
 public:
  // Of a graph of so many nodes, of which the profile is.
  Heat(const ProgramProfile& profile, std::size_t nodes);

  // From nearly white to red, by the nodes' time in relation to that of the node that takes longest:
  // "#f2805c". White where no step computes them: another step does it in passing, or nobody needs them.
  std::string colour(std::span<const NodeId> nodes) const;
  // "12.3 us, 45.0 %" of the time of all threads; empty where no step computes the nodes.
  std::string text(std::span<const NodeId> nodes) const;
  // What the drawing of these nodes shows, in lines.
  std::string summary(std::span<const NodeId> drawn) const;

 private:
  double seconds(std::span<const NodeId> nodes) const;
  double share(double seconds) const;  // in percent, of all threads

  const ProgramProfile& profile_;
  NodeMap<double> seconds_;  // of all threads
  double longest_ = 0;
};

}  // namespace gradtable::detail
