#include "gradtable/graph/checks/op_audit.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/core/random.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/differences.hpp"

namespace gradtable::detail {
namespace {

constexpr double kAllowed = 1e-5;           // of differences
constexpr double kAllowedOfSymbols = 1e-9;  // of numbers that only rounding tells apart

// Numbers of either sign, none of them small, without any symmetry.
Numbers random_vector(std::size_t size, Random& random) {
  Numbers numbers(size);
  for (double& number : numbers) number = random.uniform(0.5, 1.5) * (random() % 2 == 0 ? 1 : -1);
  return numbers;
}

Array array_of(const Numbers& numbers, const TensorType& type) {
  return cast(ConstView(std::span<const double>(numbers), type.shape), type.dtype);
}

// y = op(inputs), the real inputs in float64 where the op takes that.
class OpGraph {
 public:
  OpGraph(const std::shared_ptr<const Op>& op, const std::vector<ConstView>& inputs) {
    try {
      make(op, inputs, true);
    } catch (const ShapeError&) {
      make(op, inputs, false);
    }
  }

  Graph& graph() { return *graph_; }
  const std::vector<Tensor>& inputs() const { return inputs_; }
  const Tensor& y() const { return y_; }
  const Array& value() const { return value_; }
  std::vector<ConstView> values() const {
    std::vector<ConstView> views;
    for (const Tensor& input : inputs_) views.push_back(graph_->value(input));
    return views;
  }

 private:
  void make(const std::shared_ptr<const Op>& op, const std::vector<ConstView>& inputs, bool in_float64) {
    graph_ = std::make_unique<Graph>();
    inputs_.clear();
    for (const ConstView& input : inputs) {
      const DType dtype = in_float64 && is_floating(input.dtype()) ? DType::float64 : input.dtype();
      inputs_.push_back(graph_->parameter(fmt::format("x{}", inputs_.size()), cast(input, dtype)));
    }
    y_ = graph_->apply(op, inputs_, Location::current());
    value_ = compute(*op, values());  // forward, too, may refuse float64
  }

  std::unique_ptr<Graph> graph_;
  std::vector<Tensor> inputs_;
  Tensor y_;
  Array value_;
};

// J^T u and J v of y with respect to one input, as functions of u and v.
class Products {
 public:
  Products(OpGraph& of, std::size_t wrt) : graph_(of.graph()) {
    const Tensor &x = of.inputs()[wrt], &y = of.y();
    u_ = graph_.parameter(graph_.free_name("u"), zeros(y.shape(), y.dtype()));
    v_ = graph_.parameter(graph_.free_name("v"), zeros(x.shape(), x.dtype()));
    vjp_ = build_grad(GradTable({{y, u_}}), {x})[x];
    try {
      jvp_ = build_grad(GradTable({{vjp_, v_}}), {u_}, {Unreached::zeros})[u_];
    } catch (const GradientError&) {  // what bprop is made of has no derivative
    }
    std::vector<Tensor> outputs = {vjp_};
    if (has_jvp()) outputs.push_back(jvp_);
    program_.push_back(compile(graph_, {.outputs = outputs, .without = pass_names()}));
  }

  bool has_jvp() const { return !jvp_.empty(); }
  Numbers vjp(const Numbers& u) {
    graph_.set_value(u_, array_of(u, u_.type()));
    program_[0].run();
    return numbers_of(program_[0].value(vjp_));
  }
  Numbers jvp(const Numbers& u, const Numbers& v) {
    graph_.set_value(v_, array_of(v, v_.type()));
    vjp(u);
    return numbers_of(program_[0].value(jvp_));
  }

 private:
  Graph& graph_;
  Tensor u_, v_, vjp_, jvp_;
  std::vector<Program> program_;  // one; made last
};

// The checks of one input.
class InputAudit {
 public:
  InputAudit(OpGraph& of, std::size_t wrt, Random& random, AuditRow& row)
      : of_(of), wrt_(wrt), random_(random), row_(row), products_(of, wrt) {}

  std::string checked() const {
    if (is_hidden_) return has_jvp() ? "jvp" : "linearity";
    return has_jvp() ? "jvp, differences" : "differences";
  }
  // Whether y is so large beside what x adds to it that differences drown in its rounding errors.
  bool is_hidden() const { return is_hidden_; }

  // Along one more direction. Returns the number of elements of y that are not at a kink.
  std::size_t check() {
    Numbers u = random_vector(size_of_y(), random_);
    const Differences differences(*of_.y().node().op, of_.values(), of_.y().dtype(), wrt_,
                                  random_vector(size_of_x(), random_));
    const std::vector<bool> kinks = differences.kinks();
    std::size_t smooth = u.size();
    for (std::size_t j = 0; j < u.size(); ++j) {
      if (!kinks[j]) continue;
      u[j] = 0;
      --smooth;
    }
    const Numbers gradient = products_.vjp(u);
    if (!std::ranges::all_of(gradient, [](double number) { return std::isfinite(number); })) {
      if (smooth == u.size()) fail(std::nan(""), "bprop gives numbers that are not finite");
      return smooth == u.size() ? smooth : 0;
    }
    compare_with_differences(differences, u, gradient);
    check_linearity(u, gradient);
    if (has_jvp()) compare_with_jvp(differences.direction(), u, gradient);
    return smooth;
  }

 private:
  bool has_jvp() const { return products_.has_jvp(); }
  std::size_t size_of_x() const { return static_cast<std::size_t>(of_.inputs()[wrt_].shape().size()); }
  std::size_t size_of_y() const { return static_cast<std::size_t>(of_.y().shape().size()); }
  bool is_double() const {
    return of_.y().dtype() == DType::float64 && of_.inputs()[wrt_].dtype() == DType::float64;
  }

  void fail(double error, const std::string& what) {
    if (row_.verdict != Verdict::wrong) {
      row_.message = fmt::format("input {}: {}", wrt_, what);
      row_.largest_error = error;
    }
    row_.verdict = Verdict::wrong;
  }
  void judge(double error, double allowed, const std::string& what) {
    if (!(error <= allowed)) fail(error, what);
    if (row_.verdict != Verdict::wrong) row_.largest_error = std::max(row_.largest_error, error);
  }

  // The step that fits best counts, if rounding leaves something to see there.
  void compare_with_differences(const Differences& differences, const Numbers& u, const Numbers& gradient) {
    const double by_bprop = inner(differences.direction(), gradient);
    double best = INFINITY, best_error = 0, best_allowed = 0, best_numeric = 0;
    for (std::size_t step = 0; step < Differences::kSteps; ++step) {
      Numbers central = differences.central(step);
      for (std::size_t j = 0; j < u.size(); ++j)
        if (u[j] == 0) central[j] = 0;  // a kink, where it may be infinite
      const double scale = norm_of_product(central, u) + norm_of_product(differences.direction(), gradient);
      const double noise = differences.noise(step, u);
      if (noise > 0.01 * scale && scale > 0) {
        if (step == 0) is_hidden_ = true;
        break;
      }
      const double numeric = inner(central, u), unit = scale > 0 ? scale : 1;
      const double error = std::abs(numeric - by_bprop) / unit, allowed = kAllowed + noise / unit;
      if (error / allowed >= best) continue;
      best = error / allowed;
      best_error = error, best_allowed = allowed, best_numeric = numeric;
    }
    if (is_hidden_) return;
    judge(best_error, best_allowed,
          fmt::format("along a direction, bprop gives {:.6g}, central differences {:.6g}", by_bprop,
                      best_numeric));
  }

  void check_linearity(const Numbers& u, const Numbers& gradient) {
    const Numbers w = random_vector(u.size(), random_);
    Numbers combined(u.size());
    for (std::size_t j = 0; j < u.size(); ++j) combined[j] = u[j] == 0 ? 0 : 2 * u[j] - 3 * w[j];
    Numbers other = w;
    for (std::size_t j = 0; j < u.size(); ++j)
      if (u[j] == 0) other[j] = 0;
    const Numbers of_other = products_.vjp(other), of_combined = products_.vjp(combined);
    double error = 0, largest = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double difference = std::abs(of_combined[i] - (2 * gradient[i] - 3 * of_other[i]));
      error = difference <= error ? error : difference;  // NaN stays
      largest = std::max({largest, std::abs(gradient[i]), std::abs(of_other[i])});
    }
    judge(error / (largest > 0 ? largest : 1), is_double() ? kAllowedOfSymbols : 1e-4,
          "bprop is not linear in the gradient that arrives");
  }

  void compare_with_jvp(const Numbers& v, const Numbers& u, const Numbers& gradient) {
    const Numbers along = products_.jvp(u, v);
    const double scale = norm_of_product(along, u) + norm_of_product(v, gradient);
    const double left = inner(along, u), right = inner(v, gradient);
    judge(std::abs(left - right) / (scale > 0 ? scale : 1), is_double() ? kAllowedOfSymbols : 1e-4,
          fmt::format("<jvp(v), u> is {:.6g}, <v, vjp(u)> is {:.6g}: the derivative of bprop is wrong", left,
                      right));
  }

  OpGraph& of_;
  std::size_t wrt_;
  Random& random_;
  AuditRow& row_;
  Products products_;
  bool is_hidden_ = false;
};

// Whether the op says that there is none, which only calling it tells.
bool has_derivative(const OpGraph& of, std::size_t wrt) {
  try {
    of.y().node().op->bprop(of.inputs(), of.y(), of.y(), wrt);
  } catch (const GradientError&) {
    return false;
  } catch (const std::exception&) {  // found again, and reported, by the check
  }
  return true;
}

void audit_input(OpGraph& of, std::size_t wrt, const AuditOptions& options, Random& random, AuditRow& row) {
  try {
    InputAudit input(of, wrt, random, row);
    if (row.verdict == Verdict::no_derivative) row.verdict = Verdict::right;
    const auto size = static_cast<std::size_t>(of.y().shape().size());
    std::size_t smooth = size;
    for (int i = 0; i < options.directions; ++i) smooth = std::min(smooth, input.check());
    row.checked = input.checked();
    if (row.verdict == Verdict::wrong) return;
    if (input.is_hidden())
      row.message = fmt::format("input {}: too small beside the output for differences to show it", wrt);
    if (smooth == size) return;
    row.message = fmt::format("input {}: at a kink in {} of {} elements, which were left out", wrt,
                              size - smooth, size);
    if (smooth == 0) row.verdict = Verdict::kink;
  } catch (const std::exception& error) {
    row.verdict = Verdict::wrong;
    row.largest_error = std::nan("");
    row.message = error.what();
  }
}

}  // namespace

void audit_op(const std::shared_ptr<const Op>& op, const std::vector<ConstView>& inputs,
              const AuditOptions& options, std::uint64_t stream, AuditRow& row) {
  OpGraph of(op, inputs);
  if (!is_floating(of.y().dtype())) return;
  const auto finite = [](const ConstView& view) { return all_finite(view); };
  if (!std::ranges::all_of(inputs, finite) || !finite(of.value())) {
    row.verdict = Verdict::not_finite;
    row.message = "numbers that are not finite, at which there is nothing to compare";
    return;
  }
  Random random(options.seed, stream);
  for (std::size_t i = 0; i < inputs.size() && row.verdict != Verdict::wrong; ++i) {
    if (is_floating(inputs[i].dtype()) && has_derivative(of, i)) audit_input(of, i, options, random, row);
  }
}

}  // namespace gradtable::detail
