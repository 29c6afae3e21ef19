// What build_grad does, told as it happens: one event for each line of algorithms 6.5 and 6.6 (Goodfellow et
// al., section 6.5.6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable {

// The lines, in the order in which the algorithms have them. ∂z/∂Y stands for an entry of the grad_table.
enum class GradientLine : std::uint8_t {
  start,     // Require: 𝕋, 𝒢 and z
  left_out,  // Let 𝒢′ be 𝒢 pruned: V, made before z, is not in it, for `reason`
  seed,      // grad_table[z] <- 1, or a gradient that is known: ∂z/∂V <- `result`
  form,      // V is differentiated in its stable form, `result`, in place of what is written
  variable,  // build_grad(V, 𝒢, 𝒢′, grad_table)
  consumer,  // for C in get_consumers(V, 𝒢′): V is input number `input` of C
  op,        // op <- get_operation(C), D <- build_grad(C, 𝒢, 𝒢′, grad_table): D is `gradient`
  bprop,     // G⁽ⁱ⁾ <- op.bprop(get_inputs(C, 𝒢′), V, D): `result`
  sum_to,    // G⁽ⁱ⁾ is summed over what broadcasting repeated, 0 where `chosen` makes it so: `result`
  chosen,    // G⁽ⁱ⁾ is 0 where the op took another operand: `result`
  add,       // G <- ∑ᵢ G⁽ⁱ⁾: `gradient` is the term, `result` the sum so far
  entry,     // grad_table[V] = G: `result`
  end        // Return grad_table restricted to 𝕋
};

// "bprop"
std::string_view to_string(GradientLine line);

// Members that a line does not have are empty.
struct GradientEvent {
  GradientLine line = GradientLine::start;
  Tensor variable = {};  // V
  Tensor consumer = {};  // C
  std::size_t input = 0;
  Tensor gradient = {};
  Tensor result = {};
  // The nodes inserted into 𝒢 since the line before: [first_node, end_node). None where equal ones were
  // there.
  NodeId first_node = 0;
  NodeId end_node = 0;
  std::string reason = {};
  std::vector<Tensor> tensors = {};  // start: z, or what has a known gradient; end: the targets
};

// Called after each line. It may read the graph, and must not add nodes to it.
using GradientObserver = std::function<void(const GradientEvent&)>;

}  // namespace gradtable
