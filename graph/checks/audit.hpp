// Which derivative of a graph is wrong: every op's bprop checked alone, at the numbers that it meets.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable {

enum class Verdict : std::uint8_t {
  right,
  wrong,
  kink,           // every element of the output is at a kink, a jump or the edge of the op's domain
  no_derivative,  // the op has none for its inputs, or nothing of it is real
  not_finite,     // what the node computes, or is computed from, is not finite: nothing to compare
};

// "right", "WRONG", "kink", "no derivative", "not finite"
std::string_view to_string(Verdict verdict);

struct AuditRow {
  NodeId node = -1;
  std::string label;  // the node's name, or "%12"
  std::string op;
  std::string place;  // in the user's source: "apps/demo.cpp:41"
  Verdict verdict = Verdict::no_derivative;
  std::string checked = "-";  // "jvp, differences"
  double largest_error = 0;   // of all checks, relative; allowed are 1e-5, and more where rounding is coarse
  std::string message;        // what is wrong, or was left out
};

struct Audit {
  std::vector<AuditRow> rows;  // in the order of creation

  // Nothing is wrong.
  bool passed() const;
  std::size_t count(Verdict verdict) const;
};

struct AuditOptions {
  int directions = 2;  // along which differences are taken, for each input of each node
  std::uint64_t seed = 1;
};

// For every result y = op(x_1, ..., x_n) that `loss` depends on, and for each real x_i, with fixed random
// vectors u of y's shape and v of x_i's, and the numbers of a run with these feeds, in float64:
//   <(y(x_i + h v) - y(x_i - h v)) / 2h, u> = <v, J^T u>    central differences against bprop
//   <J v, u> = <v, J^T u>, J v from two vjps                whether bprop's own derivative is right
//   J^T (2u - 3w) = 2 J^T u - 3 J^T w                       whether bprop is linear
// h is about 6e-6 |x|, and less where that does not fit. Elements of y at a kink, where one-sided differences
// stay apart however small h is, are left out, and so are differences that drown in y's rounding errors.
// Integers are taken as they are. An op that refuses float64 is checked in its own types, with coarser
// bounds. The cost is a run of the op for every direction and step, not for every element.
//
// Throws what compile and Program::run throw, as for an input without a feed, and ConfigError for less than
// one direction or more than a million. An exception of a bprop is its row's message.
Audit audit(Graph& graph, const Tensor& loss, const std::vector<Feed>& feeds = {},
            const AuditOptions& options = {});

// A table for a terminal: a line for each row, messages below theirs, and a summary.
std::string to_text(const Audit& audit);
std::ostream& operator<<(std::ostream& out, const Audit& audit);

}  // namespace gradtable
