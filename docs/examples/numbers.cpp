// How numbers come into a program and out of it: ranges, files of integers, arrays of xtensor, parts,
// printing, and a class that owns its graph.
#include <array>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradtable/gradtable.hpp>

using namespace gradtable;

namespace {

// [members]
// y = w x + b, fitted to points.
class Line {
 public:
  Line(const std::vector<double>& xs, const std::vector<double>& ys) {
    x_ = graph_.input("x", {2}, DType::float64);
    w_ = graph_.parameter("w", zeros({}, DType::float64));
    b_ = graph_.parameter("b", zeros({}, DType::float64));
    y_ = x_ * w_ + b_;
    predict_ = compile(graph_, {.outputs = {y_}});

    const Tensor error = graph_.constant(xs) * w_ + b_ - graph_.constant(ys);
    Program step = compile(graph_, {.updates = sgd(build_grad(mean(square(error)), {w_, b_}), 0.1)});
    for (int i = 0; i < 500; ++i) step.run();
  }

  Array at(const std::array<double, 2>& xs) const { return predict_.infer({{x_, xs}})[0]; }

 private:
  Graph graph_;
  Tensor x_, w_, b_, y_;
  Program predict_;  // empty until it is compiled
};

std::vector<Line> lines() {
  std::vector<Line> all;
  all.push_back(Line({0, 1, 2}, {1, 3, 5}));
  all.push_back(Line({0, 1, 2}, {0, -1, -2}));
  return all;
}
// [/members]

// [function]
// Softmax regression of rows, for any number of rows.
struct Classifier {
  Graph graph;
  Sequential network{graph, {4}, fcnn({8, 3})};
  Function probabilities{graph, [net = network](const Tensor& x) { return softmax(net(x)); }};
};

std::string shapes_of_answers() {
  const Classifier classifier;
  std::string shapes;
  for (const std::int64_t rows : {1, 7, 1000})
    shapes += to_string(classifier.probabilities(zeros({rows, 4})).shape()) + ' ';
  return shapes + to_string(classifier.network.predict(zeros({2, 4})).shape());  // the scores
}
// [/function]

bool expect(const std::string& found, const std::string& expected) {
  if (found != expected) std::cerr << "expected " << expected << "\ngot " << found << '\n';
  return found == expected;
}

}  // namespace

int main() {
  bool right = true;
  Graph g;
  {
    // [in]
    const std::vector<double> ages = {31, 45, 62};
    const std::array<float, 2> point = {0.5F, -1};
    const std::vector<std::vector<float>> rows = {{1, 2, 3}, {4, 5, 6}};
    const Tensor a = g.constant(ages);                                             // float64 (3)
    const Tensor b = g.constant(cast(ages, DType::float32));                       // float32 (3)
    const Tensor c = g.constant(Array(ages, {3, 1}));                              // float64 (3,1)
    const Tensor d = g.parameter("d", point);                                      // float32 (2)
    const Tensor e = g.constant(rows);                                             // float32 (2,3)
    const Tensor f = g.constant(Array::of<float>({1, 2, 3}));                      // float32 (3)
    const Tensor h = g.constant(Array::of_rows<float>({{1, 2}, {3, 4}, {5, 6}}));  // float32 (3,2)
    // [/in]
    for (const Tensor& t : {a, b, c, d, e, f, h}) std::cout << to_string(t.type()) << '\n';
    right &= expect(to_string(e.type()), "float32 (2,3)") && expect(to_string(h.type()), "float32 (3,2)");
  }
  {
    // [feed]
    const Tensor x = g.input("x", {3});
    Program program = compile(g, {.outputs = {x * 2}});
    std::vector<float> numbers = {1, 2, 3};
    program.run({{x, numbers}});  // read where they lie, not copied
    program.run({{x, std::span(numbers).first(3)}});
    program.run({{x, Array::of<float>({1, 2, 3})}});
    // [/feed]
  }
  {
    // [integers]
    const std::vector<std::int64_t> labels = {2, 0, 1};
    const Array classes = labels;  // int32 (3)
    const Tensor scores = g.input("scores", {3, 4});
    const Tensor loss = softmax_cross_entropy(scores, g.constant(labels));
    // [/integers]
    right &= expect(to_string(classes), "[2 0 1]") && loss.shape() == Shape();
  }
  {
    // [parts]
    Array table = Array::of_rows<float>({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
    std::cout << table[1] << '\n';             // [4. 5. 6.]
    std::cout << table[-1][0].item() << '\n';  // 7
    table.at<float>({0, 2}) = 30;
    table[1].assign(std::vector<int>{40, 50, 60});
    const ConstView last = std::as_const(table).rows(1, 2);         // no copy
    const Array columns = slice(table, {{.axis = 1, .start = 1}});  // a copy
    for (const float number : table[0].as<float>()) std::cout << number << ' ';
    // [/parts]
    right &= expect(to_string(last), "[[40. 50. 60.]\n [ 7.  8.  9.]]") &&
             expect(to_string(columns), "[[ 2. 30.]\n [50. 60.]\n [ 8.  9.]]");
  }
  {
    // [nodes]
    const Tensor x = g.constant(Array::of_rows<float>({{1, -2}, {-3, 4}}));
    const Tensor first = x[0];                   // (2)
    const Tensor positive = where(x > 0, x, 0);  // comparisons are tensors of uint8
    std::cout << evaluate(first) << '\n' << evaluate(positive) << '\n';
    // [ 1. -2.]
    // [[1. 0.]
    //  [0. 4.]]
    // [/nodes]
    right &= expect(to_string(evaluate(first)), "[ 1. -2.]") &&
             expect(to_string(evaluate(positive)), "[[1. 0.]\n [0. 4.]]");
  }
  const std::vector<Line> both = lines();
  right &=
      expect(to_string(both[0].at({3, 4})), "[7. 9.]") && expect(to_string(both[1].at({3, 4})), "[-3. -4.]");
  right &= expect(shapes_of_answers(), "(1,3) (7,3) (1000,3) (2,3)");
  return right ? 0 : 1;
}
