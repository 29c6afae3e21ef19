#include "apps/classifier/run/report.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <gradtable/models/report/canvas.hpp>
#include <gradtable/models/report/graph_svg.hpp>
#include <gradtable/models/report/html.hpp>
#include <gradtable/models/training/losses.hpp>
#include <nlohmann/json.hpp>

namespace classifier {
namespace {

using gradtable::Dataset;
using gradtable::report::Colours;
using gradtable::report::filter_pictures;
using gradtable::report::graph_svg;
using gradtable::report::GraphDirection;
using gradtable::report::html;
using gradtable::report::is_shown;
using gradtable::report::matrix_picture;
using gradtable::report::Mistake;
using gradtable::report::Report;
using gradtable::report::unit_pictures;

std::vector<Report::Fact> facts(const Metrics& metrics) {
  const double minutes = metrics.total_seconds / 60;
  return {{"test error", fmt::format("{:.2f} %", 100 - 100 * metrics.test->accuracy())},
          {"test loss", fmt::format("{:.4f}", metrics.test->loss())},
          {"parameters", fmt::format("{}", metrics.parameters)},
          {"epochs", fmt::format("{}", metrics.epochs.size())},
          {minutes < 2 ? "seconds" : "minutes",
           fmt::format("{:.1f}", minutes < 2 ? metrics.total_seconds : minutes)}};
}

std::vector<Report::WrongImage> wrong_images(const Dataset& test, const Evaluation& evaluation) {
  std::vector<Report::WrongImage> images;
  const bool shown = is_shown(test.rows(), test.columns());
  for (const Mistake& mistake : evaluation.mistakes) {
    std::vector<std::uint8_t> bytes;
    if (shown) bytes = test.picture(mistake.image);
    images.push_back({mistake, {test.rows(), test.columns(), Colours::gray, std::move(bytes)}});
  }
  return images;
}

// W without the row of biases below it, if there is one.
gradtable::ConstView without_biases(const gradtable::ConstView& weights, std::int64_t biases) {
  const gradtable::Shape& shape = weights.shape();
  return {{weights.dtype(), {shape[0] - biases, shape[1]}}, weights.data};
}

// Weights of images as images, kernels, and the matrices after them.
std::vector<Report::Weights> pictures(const Config& config, const Dataset& test, const Setup& setup) {
  constexpr std::size_t kMostMatrices = 8;  // a page has room for
  const std::int64_t biases = config.model->has_bias_rows() ? 1 : 0;
  const gradtable::Tensor& first = setup.network.parameters().front();
  std::vector<Report::Weights> all;
  std::size_t matrices = 0;
  for (const gradtable::Tensor& parameter : setup.network.parameters()) {
    const gradtable::Shape& shape = parameter.shape();
    const gradtable::Array& value = setup.graph.value(parameter);
    if (shape.rank() == 4) {
      all.push_back({parameter.label(), filter_pictures(value)});
    } else if (shape.rank() == 2) {
      const gradtable::ConstView weights = without_biases(value, biases);
      if (parameter == first && weights.shape()[0] == test.features())
        all.push_back({parameter.label(), unit_pictures(weights, test.rows(), test.columns())});
      else if (matrices++ < kMostMatrices)
        all.push_back({parameter.label(), matrix_picture(weights)});
    }
  }
  return all;
}

gradtable::report::Canvas canvas(const Config& config, const Dataset& test, Setup& setup) {
  return gradtable::report::canvas(setup.graph, model_of(setup.network),
                                   {.rows = test.rows(),
                                    .columns = test.columns(),
                                    .normalization = setup.normalization,
                                    .loss = config.training.loss});
}

// Of a deep network dot does not draw the gradient in time.
void add_graph(Report& report, Setup& setup, const gradtable::StepGraph& step) {
  for (const GraphPart part : {GraphPart::gradient, GraphPart::forward}) {
    report.graph_has_gradient = part == GraphPart::gradient;
    const auto svg = graph_svg(drawing(setup, step, part), GraphDirection::right, std::chrono::seconds(5));
    if (!svg) continue;
    report.graph_svg = *svg;
    return;
  }
}

}  // namespace

void write_report(const Program& program, const Config& config, const Data& data, Setup& setup,
                  gradtable::Trainer& trainer, const Metrics& metrics, const Evaluation& evaluation) {
  if (config.output.report.empty()) return;
  Report report;
  report.title = fmt::format("{} {}", program.name, config.model->describe(data.train));
  report.subtitle = describe(config, data);
  report.facts = facts(metrics);
  report.epochs = metrics.epochs;
  report.kept_epoch = metrics.kept_epoch;
  if (config.output.report_canvas) report.canvas = canvas(config, data.test, setup);
  report.confusion = evaluation.confusion;
  report.class_names = data.train.class_names;
  report.mistakes = wrong_images(data.test, evaluation);
  report.has_probabilities = gradtable::find_loss(config.training.loss).gives_probabilities;
  report.weights = pictures(config, data.test, setup);
  add_graph(report, setup, trainer.step_graph(data.train));
  report.config = resolved_json(config);
  write_text(config.output.report, html(report));
}

}  // namespace classifier
