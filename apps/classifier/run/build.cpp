#include "apps/classifier/run/build.hpp"

#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>

#include "apps/classifier/config/normalization.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradtable/core/error.hpp>
#include <gradtable/core/text.hpp>
#include <gradtable/models/training/fit_state.hpp>
#include <gradtable/models/training/weights.hpp>

namespace classifier {
namespace {

// Images of another size are what differs when the rows of the first matrix alone are others. Where they
// differ by one, that is the row of biases, and no image.
void require_same_pixels(const WeightsFile& file, const gradtable::Dataset& data, const Setup& setup) {
  const std::vector<gradtable::Tensor>& parameters = setup.network.parameters();
  const auto shape = [&](const gradtable::Tensor& own) {
    return shape_in(file.content, file.path, parameters, own);
  };
  const gradtable::Shape& own = parameters.front().shape();
  const auto found = shape(parameters.front());
  if (!found || found->rank() != 2 || own.rank() != 2 || (*found)[1] != own[1]) return;
  for (const gradtable::Tensor& other : std::span(parameters).subspan(1))
    if (shape(other) != other.shape()) return;
  const std::int64_t difference = (*found)[0] - own[0];
  if (std::abs(difference) > 1)
    throw gradtable::ConfigError(
        fmt::format("{}: images of {}x{}; expected images of {} pixels, which the weights of {} take",
                    data.source, data.rows(), data.columns(), data.features() + difference, file.path));
}

constexpr std::size_t kMostSaid = 12;

std::string list(std::vector<std::string> words) {
  const std::size_t all = words.size();
  if (all > kMostSaid) words.resize(kMostSaid);
  return fmt::format("{}{}", fmt::join(words, ", "),
                     all > kMostSaid ? fmt::format(" and {} more", all - kMostSaid) : "");
}

// Names that are not the network's, as nobody may have meant it so.
std::vector<std::string> lines_about(const gradtable::WeightNames& names, const Setup& setup) {
  std::vector<std::string> lines, pairs, extra;
  for (std::size_t i = 0; i < names.of_parameters.size(); ++i)
    pairs.push_back(fmt::format("{} is {}", setup.network.parameters()[i].node().name,
                                gradtable::in_quotes(names.of_parameters[i])));
  for (const std::string& name : names.extra) extra.push_back(gradtable::in_quotes(name));
  if (names.by_shape) lines.push_back(fmt::format("weights  by order and shape: {}", list(pairs)));
  if (!extra.empty()) lines.push_back(fmt::format("ignored  {}", list(extra)));
  return lines;
}

// Where nothing but extra tensors is wrong.
std::string advice(const gradtable::WeightNames& names) {
  if (!names.fit || names.extra.empty()) return "";
  return fmt::format("; --init-extra ignore leaves {} out", names.extra.size() == 1 ? "it" : "them");
}

gradtable::Dataset of_classes(gradtable::Dataset images, std::int64_t classes) {
  images.classes = classes;
  return images;
}

// A network of the config for these images, if they were of so many classes.
struct Tried {
  Tried(const Config& config, const gradtable::Dataset& images, std::int64_t classes)
      : network(config.model->network(graph, config, of_classes(images, classes))) {}

  gradtable::Graph graph;
  gradtable::Sequential network;
};

}  // namespace

Setup::Setup(const Config& config, const gradtable::Dataset& data)
    : normalization(config.data.normalize.numbers), network(config.model->network(graph, config, data)) {}

WeightsFile read_weights_file(const Options& options) {
  return {options.init->string(), gradtable::read_safetensors(options.init->string())};
}

std::int64_t classes_in(const WeightsFile& weights, const Options& options, const Config& config,
                        const gradtable::Dataset& images) {
  const Tried one(config, images, 1), two(config, images, 2);
  return extent_in(weights.content, weights.path, one.network.parameters(), two.network.parameters(),
                   options.init_extra);
}

std::vector<std::string> load_weights(WeightsFile file, const Options& options,
                                      const gradtable::Dataset& data, Setup& setup) {
  const std::vector<gradtable::Tensor>& parameters = setup.network.parameters();
  const gradtable::NamedTexts texts = file.content.metadata;
  require_same_normalization(texts, file.path, setup.normalization);
  require_same_pixels(file, data, setup);
  const gradtable::WeightNames names = names_in(file.content, file.path, parameters);
  try {
    warn_of_not_finite(set_weights(std::move(file.content), file.path, setup.graph, parameters,
                                   not_finite_rule(options), options.init_extra));
  } catch (const gradtable::CheckpointError& error) {
    throw gradtable::CheckpointError(fmt::format("{}{}", error.what(), advice(names)));
  }
  if (texts.contains("gradtable.kind")) gradtable::require_classes(file.path, texts, data.classes);
  return lines_about(names, setup);
}

gradtable::NotFinite not_finite_rule(const Options& options) {
  return options.allow_nonfinite ? gradtable::NotFinite::allow : gradtable::NotFinite::refuse;
}

void warn_of_not_finite(const std::vector<std::string>& names) {
  if (!names.empty())
    fmt::print(stderr, "warning: not finite: {}\n",
               gradtable::printable(fmt::to_string(fmt::join(names, ", "))));
}

}  // namespace classifier
