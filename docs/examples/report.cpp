// Trains a network on digits that the program draws, and leaves a page that shows how it went.
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <vector>

#include <gradtable/gradtable.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/report/graph_svg.hpp>
#include <gradtable/models/report/html.hpp>

using namespace gradtable;

int main() {
  const Dataset train = draw_digits(3000, 1), test = draw_digits(1000, 2);
  const std::string path = (std::filesystem::temp_directory_path() / "gradtable_report.html").string();

  // [report]
  Graph g;
  const Sequential network(g, {784}, fcnn({100, 10}));
  Trainer trainer(g, network, {.batch_size = 64, .optimizer = {.learning_rate = 0.2}});
  report::Report page;
  page.title = "784-100-10 on digits that the program draws";
  for (int epoch = 1; epoch <= 10; ++epoch) {
    const Score trained = trainer.train_epoch(train, static_cast<std::uint64_t>(epoch));
    page.epochs.push_back({.epoch = epoch, .values = trained.values("train_")});
    for (const auto& value : trainer.evaluate(test).values("test_"))
      page.epochs.back().values.push_back(value);
  }

  page.canvas = report::canvas(g, model_of(network), {.rows = test.rows(), .columns = test.columns()});
  page.confusion = ConfusionMatrix(test.classes);
  report::WorstMistakes mistakes(12);
  trainer.evaluate(test, [&](const Answers& batch) {
    page.confusion->add(batch.predictions, batch.labels);
    mistakes.add(batch.first, batch.probabilities, batch.labels);
  });
  for (const report::Mistake& mistake : mistakes.worst()) {
    page.mistakes.push_back(
        {mistake, {test.rows(), test.columns(), report::Colours::gray, test.picture(mistake.image)}});
  }

  page.weights.push_back(
      {"W1", report::unit_pictures(g.value(network.parameters()[0]), test.rows(), test.columns())});
  page.weights.push_back({"W2", report::matrix_picture(g.value(network.parameters()[2]))});
  DotOptions drawn = {.outputs = {trainer.step_graph(train).loss}};
  for (const auto& [parameter, gradient] : build_grad(drawn.outputs[0], network.parameters()))
    drawn.outputs.push_back(gradient);
  std::ostringstream drawing;
  write_dot(drawing, g, drawn);
  page.graph_svg = report::graph_svg(drawing.str(), report::GraphDirection::right).value_or("");
  write_file_atomically(path, report::html(page));
  // [/report]
  std::cout << path << '\n';
  return page.confusion->accuracy() > 0.8 ? 0 : 1;
}
