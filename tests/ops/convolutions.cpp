#include "tests/ops/convolutions.hpp"

namespace gradtable::testing {
namespace {

// Calls f(place in x, place in w, place in y) for every product of a convolution.
template <class F>
void for_each_product(const Shape& x, const Shape& w, const Shape& y, const Sliding& s, F&& f) {
  const std::int64_t filters = w[0] / s.groups;
  for_each_index(y, [&](const Index& out) {
    for_each_index(w.last(w.rank() - 1), [&](const Index& tap) {  // (c, k...)
      Index in = {out[0], out[1] / filters * w[1] + tap[0]}, weight = {out[1], tap[0]};
      for (std::size_t axis = 0; axis + 2 < out.size(); ++axis) {
        const std::int64_t place =
            out[axis + 2] * s.stride[axis] + tap[axis + 1] * s.dilation[axis] - s.begin[axis];
        if (place < 0 || place >= x[static_cast<int>(axis) + 2]) return;
        in.push_back(place);
        weight.push_back(tap[axis + 1]);
      }
      f(in, weight, out);
    });
  });
}

Shape shape_of(std::int64_t first, std::int64_t second, const Index& extents) {
  Index all = {first, second};
  all.insert(all.end(), extents.begin(), extents.end());
  return Shape(all);
}

}  // namespace

std::vector<std::int64_t> Sliding::padding() const {
  std::vector<std::int64_t> both = begin;
  both.insert(both.end(), end.begin(), end.end());
  return both;
}

std::int64_t extent_of(std::int64_t extent, std::int64_t kernel, const Sliding& s, std::size_t axis) {
  return (extent + s.begin[axis] + s.end[axis] - (kernel - 1) * s.dilation[axis] - 1) / s.stride[axis] + 1;
}

std::int64_t extent_back(std::int64_t extent, std::int64_t kernel, const Sliding& s, std::size_t axis) {
  return (extent - 1) * s.stride[axis] + (kernel - 1) * s.dilation[axis] + 1 - s.begin[axis] - s.end[axis];
}

Array convolved(const Array& x, const Array& w, const Sliding& s) {
  Index extents;
  for (int axis = 2; axis < x.shape().rank(); ++axis)
    extents.push_back(extent_of(x.shape()[axis], w.shape()[axis], s, extents.size()));
  Array y(DType::float64, shape_of(x.shape()[0], w.shape()[0], extents));
  for_each_product(x.shape(), w.shape(), y.shape(), s,
                   [&](const Index& i, const Index& k, const Index& o) { at(y, o) += at(w, k) * at(x, i); });
  return y;
}

Array convolved_back(const Array& y, const Array& w, const Sliding& s, const Index& extents) {
  Array x(DType::float64, shape_of(y.shape()[0], w.shape()[1] * s.groups, extents));
  for_each_product(x.shape(), w.shape(), y.shape(), s,
                   [&](const Index& i, const Index& k, const Index& o) { at(x, i) += at(w, k) * at(y, o); });
  return x;
}

Array convolved_weights(const Array& x, const Array& y, const Shape& w, const Sliding& s) {
  Array sums(DType::float64, w);
  for_each_product(x.shape(), w, y.shape(), s, [&](const Index& i, const Index& k, const Index& o) {
    at(sums, k) += at(x, i) * at(y, o);
  });
  return sums;
}

Array with_bias(const Array& x, const Array& b) {
  Array sum = x;
  for_each_index(x.shape(), [&](const Index& i) { at(sum, i) += at(b, {i[1]}); });
  return sum;
}

}  // namespace gradtable::testing
