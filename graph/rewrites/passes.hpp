// The passes that rewrite a computation before it is planned. A pass is a pure function: it leaves the old
// computation as it is and gives a new one, of the same values. Each takes time about linear in the graph.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gradtable/graph/computation.hpp"

namespace gradtable::detail {

// The change of a pass. An empty reason: it found nothing, and there is no new computation.
struct Change {
  Computation computation;
  std::string reason;
};

// The graph without the nodes that no output, update or check needs.
Change dead_nodes(const Computation& from);

// Formulas whose parts overflow or vanish, such as ln softmax(x), in a form whose parts do not
// (ops/patterns/stable_forms.hpp), which build_grad differentiates too. Equal wherever the parts are finite.
Change stable_forms(const Computation& from);

// Nodes whose inputs are all constants become constants, computed once; not those that are much larger than
// their inputs, and not ops that may throw.
Change constant_folding(const Computation& from);

// Nodes for which their op knows a cheaper equal (Op::simplified), such as x for x + 0.
Change identities(const Computation& from);

// Transposed matrices that are factors of a product, and the transpose of a product that nobody else uses, as
// flags of the product: BLAS reads the matrices as they lie.
Change transposes(const Computation& from);

// The loss written out in log_softmax, products and sums, as softmax_cross_entropy: -sum(y log_softmax(x))
// / m with its sums or means over the axes in any order, with sign and factors anywhere, for rows of weights
// y or class indices as one_hot; and its gradient, as softmax_cross_entropy has it.
Change softmax_cross_entropy_parts(const Computation& from);

// beta C + alpha A B, from sums, differences and multiples, as one gemm, which can be computed in C's memory:
// the optimizer's step W - lr X^T E, also with weight decay, and the velocity of momentum. For an update of a
// parameter that is among more terms than two, C is the sum of the others, as beta V + decay W, in the
// parameter's memory, too. A learning rate that is a node, for a schedule, is multiplied with X or E instead,
// if these are smaller than their product. Not if another node needs the product, such as a gradient that
// is an output or clipped by its norm.
Change product_sums(const Computation& from);

// X W, for a W that is updated and has many more rows than X, as partial products over `slices` slices of W's
// rows and their sum: then a thread reads only those rows of W that it updates.
Change partial_products(const Computation& from, int slices);

// Chains and small trees of element-wise ops as one op, which evaluates them block by block in the cache.
Change elementwise_chains(const Computation& from);

// Element-wise ops after a matrix product, such as bias and activation, as one op with it.
Change product_epilogues(const Computation& from);

}  // namespace gradtable::detail
