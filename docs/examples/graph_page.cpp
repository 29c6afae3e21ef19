// A network of two branches that share a weight matrix, and a page that shows how its gradient is made.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <gradtable/gradtable.hpp>
#include <gradtable/models/report/graph_page.hpp>

using namespace gradtable;

int main() {
  const std::string path = (std::filesystem::temp_directory_path() / "gradtable_graph.html").string();
  // [graph_page]
  Graph g;
  Random random(1);
  const Tensor x = g.input("x", {8, 4});
  const Tensor W = g.parameter("W", kaiming_uniform({4, 4}, random));
  const Tensor left = tanh(matmul(x, W)).named("left"), right = relu(matmul(left, W)).named("right");
  const Tensor loss = mean(square(left * right - 1)).named("loss");

  report::GraphPageOptions page{.title = "Two branches"};
  const auto note = [&](const GradientEvent& event) { page.events.push_back(event); };
  const GradTable grad_table = build_grad(loss, {W}, {.observer = note});
  page.feeds = std::vector<report::PageFeed>{{x, kaiming_uniform({8, 4}, random)}};  // values
  page.program = CompileOptions{.outputs = {loss, grad_table[W]}};  // and what compile makes of the graph
  std::ofstream file(path);
  report::write_graph_page(file, g, page);
  // [/graph_page]
  std::cout << path << '\n';
  return file.good() ? 0 : 1;
}
