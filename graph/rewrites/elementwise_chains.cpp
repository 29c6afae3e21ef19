#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/rewrites/fusible.hpp"
#include "gradtable/graph/rewrites/passes.hpp"

namespace gradtable::detail {
namespace {

// A tree of fusible nodes: its root, and the nodes that nobody but the tree uses, each after its inputs.
using Tree = std::vector<NodeId>;

// The trees by their roots.
class Trees {
 public:
  explicit Trees(const Rewriter& rewriter) : rewriter_(rewriter) {
    for (const NodeId id : rewriter.order()) {
      if (is_fusible(rewriter.graph(), rewriter.node(id))) grow(id);
    }
  }

  bool empty() const {
    return std::ranges::none_of(trees_, [](const auto& tree) { return tree.second.size() > 1; });
  }

  // Empty for a node that is no root of a tree of two or more.
  const Tree& at(NodeId root) const {
    static const Tree kNone;
    const auto found = trees_.find(root);
    return found == trees_.end() || found->second.size() < 2 ? kNone : found->second;
  }

  // Makes the steps of a tree and gives the nodes that they read, in the order in which the steps count them.
  std::vector<Fused::Step> steps(const Tree& tree, std::vector<NodeId>& inputs) const {
    std::vector<Fused::Step> steps;
    for (const NodeId id : tree) {
      Fused::Step step{rewriter_.node(id).op, {}, rewriter_.node(id).type.dtype};
      for (const NodeId input : rewriter_.node(id).inputs) {
        const auto inner = std::ranges::find(tree, input);
        if (inner != tree.end()) {
          step.operands.push_back(
              {Fused::Operand::From::step, static_cast<std::size_t>(inner - tree.begin())});
          continue;
        }
        const auto known = std::ranges::find(inputs, input);
        step.operands.push_back(
            {Fused::Operand::From::input, static_cast<std::size_t>(known - inputs.begin())});
        if (known == inputs.end()) inputs.push_back(input);
      }
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  static constexpr std::size_t kMostInputs = 8;

  // The tree of a node takes in those of its inputs that nobody else uses, as long as there is room.
  void grow(NodeId id) {
    Tree tree = {id};
    for (const NodeId input : rewriter_.node(id).inputs) {
      const auto found = trees_.find(input);
      const bool ours = found != trees_.end() && rewriter_.uses(input) == 1 &&
                        rewriter_.node(input).type.shape == rewriter_.node(id).type.shape;
      if (!ours) continue;
      Tree larger = found->second;
      larger.insert(larger.end(), tree.begin(), tree.end());
      if (!has_room(larger)) continue;
      tree = std::move(larger);
      trees_.erase(found);
    }
    trees_.emplace(id, std::move(tree));
  }

  bool has_room(const Tree& tree) const {
    if (tree.size() > Fused::kMostSteps) return false;
    std::vector<NodeId> inputs;
    return Fused::fits(steps(tree, inputs)) && inputs.size() <= kMostInputs;
  }

  const Rewriter& rewriter_;
  std::unordered_map<NodeId, Tree> trees_;
};

}  // namespace

Change elementwise_chains(const Computation& from) {
  const Graph& graph = *from.graph;
  if (!any_result(graph, [&](const Node& node) { return is_fusible(graph, node); })) return {};
  Rewriter rewriter(from);
  const Trees trees(rewriter);
  if (trees.empty()) return {};
  std::size_t fused = 0, chains = 0;
  Computation made = rewriter.run([&](NodeId id) {
    const Tree& tree = trees.at(id);
    if (tree.empty()) return Tensor();
    ++chains;
    fused += tree.size();
    std::vector<NodeId> inputs;
    std::vector<Fused::Step> steps = trees.steps(tree, inputs);
    std::vector<Tensor> tensors;
    for (const NodeId input : inputs) tensors.push_back(rewriter[input]);
    const Node& root = rewriter.node(id);
    return tensors.front().graph().apply(
        std::make_shared<const Fused>(nullptr, 0, std::move(steps), root.type), tensors, root.location);
  });
  return {std::move(made), fmt::format("{} element-wise nodes in {} blockwise chains", fused, chains)};
}

}  // namespace gradtable::detail
