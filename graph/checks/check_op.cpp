#include "gradtable/graph/checks/check_op.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/graph/checks/checked_function.hpp"
#include "gradtable/graph/checks/op_promises.hpp"

namespace gradtable {
namespace {

using detail::CheckedFunction;
using detail::Function;
using Failures = std::vector<std::string>;

// Which inputs are made constant: all subsets of the first ones.
constexpr std::size_t kMostConstants = 6;

// A way to run programs, and its name in a failure.
struct Execution {
  bool rewritten;
  int threads;
  std::string_view text;
};
constexpr std::array<Execution, 4> kExecutions{{{true, 1, ""},
                                                {true, 2, "on two threads: "},
                                                {false, 1, "without passes: "},
                                                {false, 2, "on two threads, without passes: "}}};

bool is_real(const Array& array) {
  return is_floating(array.dtype());
}

// a x + b y, of float64
Array combined(double a, const Array& x, double b, const Array& y) {
  Array sum(x);
  const auto numbers = sum.as<double>();
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = a * numbers[i] + b * y.as<double>()[i];
  return sum;
}

// Whether they agree up to the rounding of a sum of these magnitudes.
bool agree(const Array& sum, const Array& a, const Array& b) {
  const Array expected = combined(1, a, 1, b);
  for (std::size_t i = 0; i < expected.as<double>().size(); ++i) {
    const double scale = std::max({1.0, std::abs(a.as<double>()[i]), std::abs(b.as<double>()[i])});
    if (!(std::abs(sum.as<double>()[i] - expected.as<double>()[i]) <= 1e-12 * scale)) return false;
  }
  return true;
}

bool same_bits(const std::vector<Array>& a, const std::vector<Array>& b) {
  return std::ranges::equal(a, b, [](const Array& x, const Array& y) { return detail::agree(x, y, 0); });
}

// None without real inputs, and where f refuses it, when it is built or when it is run.
std::unique_ptr<const CheckedFunction> in_float32(const Function& f, const std::vector<Array>& inputs,
                                                  const CompileOptions& compile) {
  if (std::ranges::none_of(inputs, is_real)) return nullptr;
  try {
    const CheckedFunction::Options options{.dtype = DType::float32, .compile = compile};
    auto made = std::make_unique<const CheckedFunction>(f, inputs, options);
    made->run(made->some_cotangent());
    return made;
  } catch (const ShapeError&) {
    return nullptr;
  }
}

// All checks of one function in one execution, except central differences.
class Checks {
 public:
  Checks(const Function& f, const std::vector<Array>& inputs, const CompileOptions& compile, bool rewritten)
      : f_(f), inputs_(inputs), compile_(compile), rewritten_(rewritten) {}

  Failures found() {
    const CheckedFunction fine = made(DType::float64);
    const std::unique_ptr<const CheckedFunction> coarse = in_float32(f_, inputs_, compile_);
    if (coarse) check_float32(*coarse, fine);
    if (coarse) check_one(*coarse, DType::float32);
    check_one(fine, DType::float64);
    check_linearity(fine);
    check_constants(fine);
    check_shared_input();
    return std::move(failures_);
  }

 private:
  CheckedFunction made(DType dtype, bool gradients = true, const std::vector<bool>& constant = {}) const {
    return {f_, inputs_, {.dtype = dtype, .compile = compile_, .constant = constant, .gradients = gradients}};
  }
  void fail(const std::string& sentence) { failures_.push_back(sentence); }

  void check_float32(const CheckedFunction& coarse, const CheckedFunction& fine) {
    if (coarse.type().shape != fine.type().shape)
      return fail(fmt::format("expected {} for float32 inputs, got {}", to_string(fine.type().shape),
                              to_string(coarse.type().shape)));
    const std::vector<Array> a = coarse.run(coarse.some_cotangent()), b = fine.run(fine.some_cotangent());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::string what = i == 0 ? "y" : fmt::format("gradient {}", i - 1);
      if (is_real(a[i]) && a[i].dtype() != DType::float32)
        fail(fmt::format("expected {} of float32 inputs to be float32, got {}", what,
                         to_string(a[i].dtype())));
      if (!detail::agree(a[i], b[i], i == 0 ? 1e-5 : 2e-3))
        fail(fmt::format("expected {} to be nearly the same in float32, got other numbers", what));
    }
  }

  // Zero cotangents, and the same bits again.
  void check_one(const CheckedFunction& function, DType dtype) {
    const auto expect = [&](bool holds, const std::string& what) {
      if (!holds) fail(fmt::format("{}: expected {}, got others", to_string(dtype), what));
    };
    const std::vector<Array> of_zero = function.run(zeros(function.type().shape, function.type().dtype));
    for (std::size_t i = 1; i < of_zero.size(); ++i) {
      const Array real = cast(of_zero[i], DType::float64);
      expect(std::ranges::all_of(real.as<double>(), [](double number) { return number == 0; }),
             fmt::format("gradient {} of a zero cotangent to be zero", i - 1));
    }
    const Array u = function.some_cotangent();
    const std::vector<Array> first = function.run(u);
    expect(same_bits(first, function.run(u)) && same_bits(first, made(dtype).run(u)),
           "the same bits in every run");
    expect(same_bits(first, function.run(u, 1)), "the same bits from feeds at other addresses");
    expect(detail::agree(made(dtype, false).run(u)[0], first[0], 0), "the same bits without gradients");
  }

  void check_linearity(const CheckedFunction& function) {
    if (function.type().dtype != DType::float64) return;
    const Array u = function.some_cotangent(), w = function.some_cotangent(0.4);
    const std::vector<Array> of_u = function.run(u), of_w = function.run(w),
                             together = function.run(combined(2, u, -3, w));
    for (std::size_t i = 1; i < together.size(); ++i) {
      if (!is_real(inputs_[i - 1])) continue;
      if (!detail::agree(together[i], combined(2, of_u[i], -3, of_w[i]), 1e-12))
        fail(fmt::format("expected gradient {} to be linear in the cotangent, got other numbers", i - 1));
    }
  }

  // The same bits as written; where passes see constants they may sum in another order.
  void check_constants(const CheckedFunction& function) {
    const std::vector<Array> all = function.run(function.some_cotangent());
    const std::size_t n = std::min(inputs_.size(), kMostConstants);
    for (unsigned subset = 1; subset < 1U << n; ++subset) {
      std::vector<bool> constant(inputs_.size());
      for (std::size_t i = 0; i < n; ++i) constant[i] = (subset >> i & 1U) != 0;
      const std::vector<Array> some = made(DType::float64, true, constant).run(function.some_cotangent());
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0 && constant[i - 1]) continue;
        if (!detail::agree(some[i], all[i], rewritten_ ? 1e-12 : 0))
          fail(fmt::format("expected {} to be the same whatever inputs are constant, got other numbers",
                           i == 0 ? "y" : fmt::format("gradient {}", i - 1)));
      }
    }
  }

  // f(x, x), for the first two real inputs of one type: its gradient is the sum of both.
  void check_shared_input() {
    const auto [i, j] = inputs_of_one_type();
    if (j == 0) return;
    std::vector<Array> equal = inputs_, shared = inputs_;
    equal[j] = inputs_[i];
    shared.erase(shared.begin() + static_cast<std::ptrdiff_t>(j));
    const Function once = [this, i = i, j = j](const std::vector<Tensor>& x) {
      std::vector<Tensor> arguments = x;
      arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(j), x[i]);
      return f_(arguments);
    };
    const CheckedFunction two(f_, equal, {.compile = compile_}), one(once, shared, {.compile = compile_});
    const std::vector<Array> apart = two.run(two.some_cotangent()), same = one.run(one.some_cotangent());
    if (!std::ranges::all_of(apart, [](const Array& array) { return all_finite(array); })) return;
    if (!detail::agree(same[0], apart[0], 1e-12))
      fail(fmt::format("expected y to be the same with one tensor as inputs {} and {}, got other numbers", i,
                       j));
    if (is_real(apart[0]) && !agree(same[1 + i], apart[1 + i], apart[1 + j]))
      fail(
          fmt::format("expected the gradient of one tensor as inputs {} and {} to be the sum of both, got "
                      "other numbers",
                      i, j));
  }

  // The first such pair; (0, 0) where there is none.
  std::pair<std::size_t, std::size_t> inputs_of_one_type() const {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      for (std::size_t j = i + 1; j < inputs_.size(); ++j)
        if (is_real(inputs_[i]) && inputs_[i].type() == inputs_[j].type()) return {i, j};
    }
    return {0, 0};
  }

  const Function& f_;
  const std::vector<Array>& inputs_;
  const CompileOptions& compile_;
  bool rewritten_;
  Failures failures_;
};

void check_promises(const CheckedFunction& function, DType dtype, Failures& failures) {
  for (const std::string& broken : function.broken_promises())
    failures.push_back(fmt::format("{}: {}", to_string(dtype), broken));
}

CompileOptions compiled_as(const Execution& execution, const CompileOptions& asked) {
  CompileOptions options = asked;
  options.threads = options.min_threads = execution.threads;
  if (!execution.rewritten) options.without = pass_names();
  return options;
}

}  // namespace

std::string CheckOpResult::message() const {
  return passed() ? "passed" : fmt::format("{}", fmt::join(failures, "\n"));
}

CheckOpResult check_op(const Function& f, const std::vector<Array>& inputs, const CheckGradOptions& options) {
  detail::require_numbers("check_op", inputs);
  detail::require_options("check_op", options);
  const CheckedFunction fine(f, inputs, {.compile = options.compile});
  Failures found, seen;  // seen: without the execution
  bool differences_agree = true;
  for (const Execution& execution : kExecutions) {
    CheckGradOptions differences = options;
    differences.compile = compiled_as(execution, options.compile);
    Failures failures = Checks(f, inputs, differences.compile, execution.rewritten).found();
    if (differences_agree && fine.type().dtype == DType::float64) {
      const CheckGradResult result = check_grad(f, inputs, differences);
      differences_agree = result.passed;
      if (!result.passed) failures.insert(failures.begin(), result.message);
    }
    for (const std::string& failure : failures) {
      if (std::ranges::find(seen, failure) != seen.end()) continue;
      seen.push_back(failure);
      found.push_back(fmt::format("{}{}", execution.text, failure));
    }
  }
  if (const auto coarse = in_float32(f, inputs, options.compile))
    check_promises(*coarse, DType::float32, found);
  check_promises(fine, DType::float64, found);
  return {std::move(found)};
}

}  // namespace gradtable
