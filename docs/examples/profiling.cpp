// Profiles a training step: prints the table, and makes the trace events and the drawing.
#include <iostream>
#include <sstream>

#include <gradtable/gradtable.hpp>
#include <gradtable/graph/peak.hpp>
#include <gradtable/models/report/trace_events.hpp>

using namespace gradtable;

int main() {
  Graph g;
  const Sequential network(g, {784}, fcnn({128, 10}));
  const Tensor x = g.input("x", {64, 784}), t = g.input("t", {64}, DType::int32);
  const Tensor loss = softmax_cross_entropy(network(x).named("scores"), t).named("loss");
  const std::vector<Update> updates = sgd(build_grad(loss, network.parameters()), 0.1);
  Program step = compile(g, {.outputs = {loss}, .updates = updates});
  const Array images = full({64, 784}, 0.5), labels = zeros({64}, DType::int32);
  std::ostringstream trace_file, dot_file;
  // [profiling]
  ProgramProfile profile = step.profile({{x, images}, {t, labels}}, 100);  // 100 runs, each with its updates
  profile.peak = measured_peak(static_cast<int>(profile.threads()));       // optional: takes half a second
  std::cout << to_string(profile);
  trace_file << report::trace_events(profile, "my step");
  write_dot(dot_file, g, {.outputs = {loss}, .updates = updates, .profile = profile});
  // [/profiling]

  constexpr int kSteps = 100;
  // [collecting]
  RunTimes times;
  for (int i = 0; i < kSteps; ++i) {
    const std::vector<Feed> batch = {{x, images}, {t, labels}};  // or another one in each step
    step.run(batch, times);
  }
  std::cout << to_string(times.profile());
  // [/collecting]
  return trace_file.str().empty() || dot_file.str().empty() ? 1 : 0;
}
