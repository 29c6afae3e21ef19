// Public functions that are made of several ops.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {

// While it lives, new nodes carry the place of the user's call, and what the function refuses is said with
// its name, as for an op.
class Composition {
 public:
  // Throws GraphError unless the inputs, of which there is at least one, are tensors of one graph.
  Composition(std::string_view function, std::initializer_list<Tensor> inputs, Location at);

  // Throws ShapeError("function: sentence  [place]").
  [[noreturn]] void refuse(const std::string& sentence) const;

  // rule(), which throws ShapeError("expected ..., got ...").
  template <class Rule>
  auto checked(const Rule& rule) const {
    return detail::checked(first_, function_, at_, rule);
  }

  // x is float32 or float64.
  void require_floating(const Tensor& x) const;

  // Both float32 or both float64, and of one shape.
  void require_alike(const Tensor& a, const Tensor& b) const;

  // There are numbers in x.
  void require_numbers_to_average(const Tensor& x) const;

 private:
  std::string_view function_;
  Tensor first_;
  Location at_;
  Graph::Scope scope_;
};

}  // namespace gradtable::detail
