#include "gradtable/graph/peak.hpp"

#include <cstdint>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/matmul.hpp"

namespace gradtable {
namespace {

// The only step of a program of `result`, as its fastest run took it.
ProfiledStep fastest_step(const Tensor& result, int threads, int runs) {
  Program program =
      compile(result.graph(), {.outputs = {result}, .threads = threads, .min_threads = threads});
  ProfiledStep best;
  for (int i = 0; i < runs; ++i) {
    const ProfiledStep step = program.profile({}, 1).steps.back();
    if (i == 0 || step.longest_seconds() < best.longest_seconds()) best = step;
  }
  return best;
}

}  // namespace

MachinePeak measured_peak(int threads, DType dtype) {
  // Short runs, so that many are not interrupted.
  constexpr std::int64_t kExtent = 512, kBytes = std::int64_t{32} << 20;
  Graph graph;
  // Parameters: the passes compute results of constants beforehand.
  const Tensor a = graph.parameter("a", full({kExtent, kExtent}, 0.5, dtype));
  const Tensor b = graph.parameter("b", full({kExtent, kExtent}, 0.5, dtype));
  const Shape large{kBytes / static_cast<std::int64_t>(size_of(dtype))};
  const Tensor x = graph.parameter("x", full(large, 0.5, dtype));
  const Tensor y = graph.parameter("y", full(large, 0.5, dtype));
  return {.flops_per_second = fastest_step(matmul(a, b), threads, 30).flops_per_second(),
          .bytes_per_second = fastest_step(x + y, threads, 15).bytes_per_second(),
          .is_measured = true};
}

}  // namespace gradtable
