// Public functions that are made of several ops.
#pragma once

#include <string>
#include <string_view>

#include "gradtable/core/graph.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {

// While it lives, new nodes carry the place of the user's call, and what the function refuses is said with
// its name, as for an op.
class Composition {
 public:
  // The graph is that of x. Throws GraphError when x is empty.
  Composition(std::string_view function, const Tensor& x, Location at);

  // Throws ShapeError("function: sentence  [place]").
  [[noreturn]] void refuse(const std::string& sentence) const;

  // rule(), which throws ShapeError("expected ..., got ...").
  template <class Rule>
  auto checked(const Rule& rule) const {
    return detail::checked(x_, function_, at_, rule);
  }

  // Both float32 or both float64, and of one shape.
  void require_alike(const Tensor& a, const Tensor& b) const;

 private:
  std::string_view function_;
  Tensor x_;
  Location at_;
  Graph::Scope scope_;
};

}  // namespace gradtable::detail
