#include "gradtable/graph/rewrites/pipeline.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gradtable::detail {
namespace {

template <Change (*kPass)(const Computation&)>
Change apply(const Computation& from, int /*slices*/) {
  return kPass(from);
}

}  // namespace

std::span<const Pass> source_passes() {
  static constexpr std::array kPasses = {
      Pass{"dead_nodes", apply<dead_nodes>},
      Pass{"stable_forms", apply<stable_forms>},
  };
  return kPasses;
}

std::span<const Pass> first_passes() {
  static constexpr std::array kPasses = {
      Pass{"constant_folding", apply<constant_folding>},
      Pass{"identities", apply<identities>},
      Pass{"transposes", apply<transposes>},
      Pass{"softmax_cross_entropy_parts", apply<softmax_cross_entropy_parts>},
      Pass{"product_sums", apply<product_sums>},
  };
  return kPasses;
}

std::span<const Pass> last_passes() {
  static constexpr std::array kPasses = {
      Pass{"partial_products", partial_products},
      Pass{"elementwise_chains", apply<elementwise_chains>},
      Pass{"product_epilogues", apply<product_epilogues>},
  };
  return kPasses;
}

Computation rewrite(Computation computation, std::span<const Pass> passes, int slices,
                    const std::vector<std::string>& without, std::vector<Rewrite>& list) {
  std::size_t nodes = 0;  // counted where it is asked for: a pass that finds nothing costs one look
  for (const Pass& pass : passes) {
    if (std::ranges::find(without, pass.name) != without.end()) continue;
    Change change = pass.apply(computation, slices);
    if (change.reason.empty()) continue;
    if (nodes == 0) nodes = needed_nodes(computation).size();
    computation = std::move(change.computation);
    const std::size_t after = needed_nodes(computation).size();
    list.push_back({std::string(pass.name), nodes, after, std::move(change.reason)});
    nodes = after;
  }
  return computation;
}

}  // namespace gradtable::detail
