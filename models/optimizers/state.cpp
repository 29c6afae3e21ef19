#include "gradtable/models/optimizers/state.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/optimizers/detail/step.hpp"

namespace gradtable {
namespace {

using Numbers = detail::StateKind::Numbers;

// What "<what> of <owner>" is, if the owner is among the values too.
Numbers numbers_of(std::string_view name, const std::map<std::string, Array>& values) {
  for (const detail::StateKind& kind : detail::kStateKinds) {
    const std::string start = fmt::format("{} of ", kind.what);
    if (name.starts_with(start) && values.contains(std::string(name.substr(start.size()))))
      return kind.numbers;
  }
  return Numbers::any;
}

class State {
 public:
  State(const std::string& source, const std::string& name, const Array& values)
      : source_(source), name_(name), values_(values) {}

  void require_not_negative() const {
    dispatch_floating(values_.dtype(), [&]<class T>() {
      for (const T value : values_.as<T>())
        if (value < 0) refuse(static_cast<double>(value), "numbers of at least 0");
    });
  }

  void require_whole() const {
    constexpr double kMost = 9007199254740992;  // 2^53, beyond which a float64 does not count
    if (!is_scalar()) return;
    const double count = values_.item();
    if (!(count >= 0 && count <= kMost) || std::floor(count) != count)
      refuse(count, "a whole number from 0 on");
  }

  void require_equal(std::int64_t expected, std::string_view meaning) const {
    if (is_scalar() && values_.item() != static_cast<double>(expected))
      refuse(values_.item(), fmt::format("{}, {}", expected, meaning));
  }

 private:
  [[noreturn]] void refuse(double found, std::string_view expected) const {
    throw CheckpointError(
        fmt::format("{}: {} in {}; expected {}", source_, found, in_quotes(name_), expected));
  }

  // Another type is found by set_values.
  bool is_scalar() const { return values_.type() == TensorType{DType::float64, {}}; }

  const std::string& source_;
  const std::string& name_;
  const Array& values_;
};

}  // namespace

void require_possible_state(const std::map<std::string, Array>& values, const std::string& source,
                            const std::optional<OptimizerCounts>& counts) {
  for (const auto& [name, array] : values) {
    const State state(source, name, array);
    const Numbers numbers = is_floating(array.dtype()) ? numbers_of(name, values) : Numbers::any;
    if (numbers == Numbers::not_negative || numbers == Numbers::summed) state.require_not_negative();
    if (numbers == Numbers::updates) state.require_whole();
    if (!counts) continue;
    if (numbers == Numbers::updates) state.require_equal(counts->updates, "the updates so far");
    if (numbers == Numbers::summed)
      state.require_equal(counts->summed, "the examples whose gradients are summed");
  }
}

}  // namespace gradtable
