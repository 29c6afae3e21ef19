// From a schedule to an executable.
#pragma once

#include <unordered_map>
#include <vector>

#include "gradtable/graph/execution/executable.hpp"
#include "gradtable/graph/execution/schedule.hpp"
#include "gradtable/graph/program.hpp"

namespace gradtable::detail {

class Assembly {
 public:
  // The executable has its computations; the schedule is that of the rewritten one.
  Assembly(Executable& made, const Schedule& schedule, int threads)
      : made_(made), schedule_(schedule), threads_(threads) {}

  // Of a computation in the user's graph.
  void assemble(Graph& graph, const CompileOptions& options);

 private:
  void make_inputs(Graph& graph);
  void make_steps();
  void make_checks();
  void make_calls();
  void make_outputs(const CompileOptions& options);
  void make_updates();
  void add_calls(std::size_t step, const Step& planned);
  Place place_of(const Value& value) const;

  Executable& made_;
  const Schedule& schedule_;
  int threads_;
  std::unordered_map<NodeId, std::size_t> inputs_;  // of the rewritten graph, among made_.inputs
};

}  // namespace gradtable::detail
