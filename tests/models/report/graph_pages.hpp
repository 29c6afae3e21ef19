// Pages of graphs, for tests of what they contain and of what a browser shows of them.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/profile.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/report/graph_page.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable::testing {

inline report::GraphPageOptions film_of(const Tensor& z, const std::vector<Tensor>& targets) {
  report::GraphPageOptions options;
  build_grad(z, targets, {.observer = [&](const GradientEvent& event) { options.events.push_back(event); }});
  return options;
}

inline std::string page(Graph& graph, const report::GraphPageOptions& options) {
  std::ostringstream text;
  report::write_graph_page(text, graph, options);
  return text.str();
}

// What the page's script reads.
inline nlohmann::json data(const std::string& page) {
  const std::string begin = "id=\"data\">";
  const std::size_t first = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(first, page.find("</script>", first) - first));
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// XOR at w = [1,-1], where the gradients are known by hand.
struct Xor {
  Graph g;
  Tensor x = g.constant(Array::of<double>({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1})).named("x");
  Tensor t = g.constant(Array::of<double>({4, 1}, {0, 1, 1, 0})).named("t");
  Tensor W = g.parameter("W", full({2, 2}, 1, DType::float64));
  Tensor c = g.parameter("c", Array::of<double>({2}, {0, -1}));
  Tensor w = g.parameter("w", Array::of<double>({2, 1}, {1, -1}));
  Tensor b = g.parameter("b", zeros({1}, DType::float64));
  Tensor h = relu(add_bias(matmul(x, W), c)).named("h");
  Tensor J = mean(square(add_bias(matmul(h, w), b) - t)).named("J");
  report::GraphPageOptions options = film_of(J, {W, c, w, b});
};

// Of a run of the network's forward pass and gradient.
inline ProgramProfile profile_of(Xor& net) {
  std::vector<Tensor> outputs = {net.J};
  for (const auto& [variable, gradient] : build_grad(net.J, {net.W, net.w})) outputs.push_back(gradient);
  return compile(net.g, {.outputs = outputs, .threads = 1}).profile({}, 3);
}

}  // namespace gradtable::testing
