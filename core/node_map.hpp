// A value for each node of a graph: grad_table[v].
#pragma once

#include <cstddef>
#include <vector>

#include "gradtable/core/tensor.hpp"

namespace gradtable {

// Of the nodes with ids below its size. Indices are not checked.
template <class T>
class NodeMap {
 public:
  using Reference = typename std::vector<T>::reference;
  using ConstReference = typename std::vector<T>::const_reference;

  NodeMap() = default;
  explicit NodeMap(std::size_t size, const T& value = T()) : values_(size, value) {}

  std::size_t size() const { return values_.size(); }
  bool covers(NodeId id) const { return static_cast<std::size_t>(id) < values_.size(); }

  Reference operator[](NodeId id) { return values_[static_cast<std::size_t>(id)]; }
  ConstReference operator[](NodeId id) const { return values_[static_cast<std::size_t>(id)]; }
  Reference operator[](const Tensor& v) { return (*this)[v.id()]; }
  ConstReference operator[](const Tensor& v) const { return (*this)[v.id()]; }

 private:
  std::vector<T> values_;
};

}  // namespace gradtable
