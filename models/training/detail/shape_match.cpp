#include "gradtable/models/training/detail/shape_match.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

// What is in a name besides its digits, and its numbers, each by its length and its digits: they sort as the
// numbers do.
struct Numbered {
  std::string pattern;
  std::vector<std::pair<std::size_t, std::string>> numbers;
};

Numbered numbered(std::string_view name) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  Numbered result;
  while (!name.empty()) {
    if (!digit(name.front())) {
      result.pattern += name.front();
      name.remove_prefix(1);
      continue;
    }
    const auto end = std::ranges::find_if_not(name, digit);
    std::string_view number = name.substr(0, static_cast<std::size_t>(end - name.begin()));
    name.remove_prefix(number.size());
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    result.pattern += '#';
    result.numbers.emplace_back(number.size(), number);
  }
  return result;
}

// A layer of a network, by its parameters' numbers, or of a file, by its tensors'.
struct Layer {
  std::string name;
  std::vector<std::size_t> members;
};

using Kind = std::vector<ExtentList>;  // the shapes of a layer's members, sorted
using Kinds = std::map<Kind, std::vector<const Layer*>>;

std::string_view layer_of(std::string_view name) {
  const std::size_t end = name.find_last_of("./");
  return end == std::string_view::npos ? name : name.substr(0, end);
}

// In the order of their first members.
template <class Name>
std::vector<Layer> layers(std::size_t count, const Name& name) {
  std::vector<Layer> all;
  std::map<std::string, std::size_t, std::less<>> known;
  for (std::size_t i = 0; i < count; ++i) {
    const auto [at, is_new] = known.emplace(name(i), all.size());
    if (is_new) all.push_back({at->first, {}});
    all[at->second].members.push_back(i);
  }
  return all;
}

class ShapeMatch {
 public:
  ShapeMatch(const FileTensors& file, const std::vector<Wanted>& wanted, WeightLayout layout)
      : wanted_(wanted), layout_(layout) {
    for (const FileTensor& tensor : file.tensors)
      if (!tensor.counter) tensors_.push_back(&tensor);
  }

  std::optional<WeightMatch> find(std::string& note) {
    if (has_unknown_extent() || wanted_.size() > tensors_.size()) return std::nullopt;
    const std::vector<Layer> own = own_layers(), their = their_layers();
    const Kinds kinds = by_kind(own, [&](std::size_t i) { return expected(i); });
    Kinds found = by_kind(their, [&](std::size_t i) { return found_extents(i); });
    WeightMatch match{.layout = layout_, .by_shape = true, .found = {}};
    match.found.resize(wanted_.size());
    std::map<const Layer*, const Layer*> pairs;
    for (const auto& [kind, layers] : kinds) {
      std::vector<const Layer*>& candidates = found[kind];
      if (candidates.size() != layers.size() || !ordered(candidates, note)) return std::nullopt;
      for (std::size_t i = 0; i < layers.size(); ++i) pairs[layers[i]] = candidates[i];
    }
    if (!in_order(own, pairs, note)) return std::nullopt;
    for (const auto& [layer, found_layer] : pairs) assign(*layer, *found_layer, match);
    return match;
  }

 private:
  // Each tensor is a layer where no name has parts.
  std::vector<Layer> own_layers() const {
    return layers(wanted_.size(), [&](std::size_t i) {
      return has_parts() ? std::string(layer_of(wanted_[i].pytorch)) : wanted_[i].pytorch;
    });
  }
  std::vector<Layer> their_layers() const {
    return layers(tensors_.size(), [&](std::size_t i) { return std::string(layer_of(tensors_[i]->plain)); });
  }
  bool has_parts() const {
    return std::ranges::any_of(tensors_, [](const FileTensor* tensor) {
      return tensor->plain.find_first_of("./") != std::string::npos;
    });
  }
  bool has_unknown_extent() const {
    return std::ranges::any_of(wanted_, [](const Wanted& parameter) {
      return std::ranges::find(parameter.extents, kUnknownExtent) != parameter.extents.end();
    });
  }
  ExtentList expected(std::size_t parameter) const { return in_layout(wanted_[parameter].extents, layout_); }
  // Integers have a shape that no parameter has.
  ExtentList found_extents(std::size_t tensor) const {
    return tensors_[tensor]->floating ? tensors_[tensor]->extents : ExtentList{kUnknownExtent};
  }

  template <class ShapeOf>
  static Kinds by_kind(const std::vector<Layer>& layers, const ShapeOf& shape_of) {
    Kinds kinds;
    for (const Layer& layer : layers) {
      Kind shapes;
      for (const std::size_t i : layer.members) shapes.push_back(shape_of(i));
      std::ranges::sort(shapes);
      kinds[shapes].push_back(&layer);
    }
    return kinds;
  }

  // Sorts layers of the same shapes by the numbers in their names.
  static bool ordered(std::vector<const Layer*>& layers, std::string& note) {
    const auto numbers = [](const Layer* layer) { return numbered(layer->name).numbers; };
    std::ranges::sort(layers, {}, numbers);
    for (std::size_t i = 1; i < layers.size(); ++i) {
      const Numbered a = numbered(layers[i - 1]->name), b = numbered(layers[i]->name);
      if (a.pattern == b.pattern && a.numbers != b.numbers) continue;
      note = fmt::format("{} and {} have the same shapes, and no numbers that order them",
                         in_quotes(layers[i - 1]->name), in_quotes(layers[i]->name));
      return false;
    }
    return true;
  }

  // Names that differ by their numbers alone have these in the order of the layers.
  static bool in_order(const std::vector<Layer>& own, const std::map<const Layer*, const Layer*>& pairs,
                       std::string& note) {
    std::map<std::string, const Layer*> last;  // of each pattern
    for (const Layer& layer : own) {
      const Layer* const their = pairs.at(&layer);
      const Numbered name = numbered(their->name);
      const Layer*& before = last[name.pattern];
      if (before && !(numbered(before->name).numbers < name.numbers)) {
        note = fmt::format("by its shapes {} comes before {}, by its number behind it",
                           in_quotes(before->name), in_quotes(their->name));
        return false;
      }
      before = their;
    }
    return true;
  }

  void assign(const Layer& own, const Layer& their, WeightMatch& match) const {
    for (const std::size_t parameter : own.members)
      for (const std::size_t i : their.members)
        if (tensors_[i]->extents == expected(parameter)) match.found[parameter] = tensors_[i];
  }

  const std::vector<Wanted>& wanted_;
  WeightLayout layout_;
  std::vector<const FileTensor*> tensors_;
};

}  // namespace

std::optional<WeightMatch> match_by_shape(const FileTensors& file, const std::vector<Wanted>& wanted,
                                          WeightLayout layout, std::string& note) {
  return ShapeMatch(file, wanted, layout).find(note);
}

}  // namespace gradtable::detail
