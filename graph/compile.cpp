// From a graph to a program: checked, copied, rewritten, divided among threads, planned, and put together.
#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/blas.hpp"
#include "gradtable/core/machine/cores.hpp"
#include "gradtable/graph/execution/assembly.hpp"
#include "gradtable/graph/execution/first_not_finite.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/graph/rewrites/pipeline.hpp"
#include "gradtable/graph/rewrites/rewriter.hpp"

namespace gradtable {
namespace {

using detail::Executable;
using detail::kFixedSlices;
using detail::Schedule;

std::string place(const Tensor& tensor) {
  return fmt::format("[{}]", to_string(tensor.node().location));
}

void check_updates(const std::vector<Update>& updates) {
  std::unordered_set<NodeId> seen;
  for (const auto& [parameter, value] : updates) {
    if (parameter.node().kind != NodeKind::parameter)
      throw GraphError(fmt::format("compile: expected a parameter to update, got {}  {}", parameter.label(),
                                   place(parameter)));
    if (parameter.type() != value.type())
      throw ShapeError(fmt::format("compile: expected {} to update {}, got {}  {}",
                                   to_string(parameter.type()), parameter.label(), to_string(value.type()),
                                   place(value)));
    if (!seen.insert(parameter.id()).second)
      throw GraphError(fmt::format("compile: expected one update of each parameter, got two of {}  {}",
                                   parameter.label(), place(parameter)));
  }
}

void check_threads(int threads, int min_threads) {
  if (threads < 0 || min_threads < 1)
    throw GraphError(fmt::format("compile: expected 0 or more threads, of them at least 1, got {} and {}",
                                 threads, min_threads));
  if (threads > 0 && min_threads > threads)
    throw GraphError(
        fmt::format("compile: expected at most {} threads, the most there may be, as min_threads, got {}",
                    threads, min_threads));
  if (const int most = std::max(threads, min_threads); most > kMostThreads)
    throw GraphError(fmt::format("compile: expected at most {} threads, got {}", kMostThreads, most));
}

void check(const Graph& graph, const CompileOptions& options) {
  const auto require_ours = [&](const Tensor& tensor, const char* what) {
    if (!tensor.alive() || &tensor.graph() != &graph)
      throw GraphError(fmt::format("compile: expected {} of the graph, got {}", what,
                                   tensor.alive() ? "a tensor of another graph" : tensor.label()));
  };
  if (options.outputs.empty() && options.updates.empty())
    throw GraphError("compile: expected at least one output or update, got none");
  check_threads(options.threads, options.min_threads);
  for (const Tensor& output : options.outputs) require_ours(output, "outputs");
  for (const Tensor& tensor : options.finite) require_ours(tensor, "tensors to check");
  for (const Update& update : options.updates) {
    require_ours(update.parameter, "parameters");
    require_ours(update.value, "updates");
  }
  check_updates(options.updates);
  const std::vector<std::string> known = pass_names();
  for (const std::string& name : options.without) {
    if (std::ranges::find(known, name) == known.end())
      throw GraphError(
          fmt::format("compile: expected passes from {}, got '{}'", fmt::join(known, ", "), name));
  }
}

// How many threads, in how many slices, with which schedule.
struct Candidate {
  int threads;
  Computation computation;
  std::vector<Rewrite> rewrites;
  std::unique_ptr<const Schedule> schedule;
};

class Compiler {
 public:
  Compiler(Graph& graph, const CompileOptions& options) : graph_(graph), options_(options) {}

  std::shared_ptr<const Executable> compile() {
    copy_source();
    Candidate best =
        choose_threads(rewrite(made_->source, detail::first_passes(), 1, options_.without, rewrites_));
    if (is_too_large(best))
      throw GraphError(fmt::format("compile: expected results of at most {} bytes, got {}",
                                   options_.memory_limit, best.schedule->arena_bytes()));
    made_->rewrites = std::move(rewrites_);
    std::ranges::move(best.rewrites, std::back_inserter(made_->rewrites));
    made_->rewritten = std::move(best.computation);
    detail::Assembly(*made_, *best.schedule, best.threads).assemble(graph_, options_);
    if (options_.finite.empty()) made_->source = {};  // nobody will ask where a number came from
    return std::move(made_);
  }

 private:
  // The program's own graph: the user's may grow or go.
  void copy_source() {
    const Computation user{std::shared_ptr<Graph>(std::shared_ptr<void>(), &graph_), options_.outputs,
                           options_.updates, options_.finite};
    made_->source = rewrite(user, detail::source_passes(), 1, options_.without, rewrites_);
    if (made_->source.graph == user.graph)
      made_->source =
          detail::Rewriter(user, detail::Rewriter::Nodes::all).run([](NodeId) { return Tensor(); });
    made_->graph_serial = graph_.serial();
  }

  bool is_too_large(const Candidate& candidate) const {
    return options_.memory_limit > 0 && candidate.schedule->arena_bytes() > options_.memory_limit;
  }

  Candidate candidate(const Computation& computation, int threads) const {
    const int slices = options_.deterministic ? kFixedSlices : threads;
    Candidate made{threads, computation, {}, nullptr};
    made.computation =
        rewrite(made.computation, detail::last_passes(), slices, options_.without, made.rewrites);
    made.schedule = std::make_unique<Schedule>(made.computation, threads, slices);
    return made;
  }

  Candidate choose_threads(const Computation& computation) const {
    int most = available_cores();
    if (options_.threads > 0) most = std::min(most, options_.threads);
    if (options_.deterministic) most = std::min(most, kFixedSlices);
    int threads = options_.min_threads;
    Candidate best = candidate(computation, threads);
    if (best.schedule->seconds() < kWorthATeam) return best;
    while (threads < most) {
      threads = std::min(2 * threads, most);
      Candidate next = candidate(computation, threads);
      if (next.schedule->seconds() > kGain * best.schedule->seconds() || is_too_large(next)) break;
      best = std::move(next);
    }
    return best;
  }

  static constexpr double kWorthATeam = 20e-6;  // seconds
  static constexpr double kGain = 0.9;          // more threads take at most so much of the time

  Graph& graph_;
  const CompileOptions& options_;
  std::vector<Rewrite> rewrites_;
  std::shared_ptr<Executable> made_ = std::make_shared<Executable>();
};

}  // namespace

std::vector<std::string> pass_names() {
  std::vector<std::string> names;
  for (const auto passes : {detail::source_passes(), detail::first_passes(), detail::last_passes()}) {
    for (const detail::Pass& pass : passes) names.emplace_back(pass.name);
  }
  return names;
}

Program compile(Graph& graph, const CompileOptions& options) {
  check(graph, options);
  tune_blas();
  return Program(Compiler(graph, options).compile());
}

}  // namespace gradtable
