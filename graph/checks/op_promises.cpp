#include "gradtable/graph/checks/op_promises.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include <fmt/format.h>

namespace gradtable::detail {
namespace {

// Full of a bit pattern that no op gives: NaN, and indices that do not exist.
Array untouched(const TensorType& type) {
  Array memory(type.dtype, type.shape);
  if (type.bytes() > 0) std::memset(memory.view().data, 0xFF, type.bytes());
  return memory;
}

std::int64_t bytes_written(const Array& memory) {
  const auto* bytes = static_cast<const unsigned char*>(memory.view().data);
  const std::size_t size = size_of(memory.dtype());
  std::int64_t count = 0;
  for (std::size_t i = 0; i < memory.type().bytes(); i += size)
    if (std::any_of(bytes + i, bytes + i + size, [](unsigned char b) { return b != 0xFF; }))
      count += static_cast<std::int64_t>(size);
  return count;
}

class Promises {
 public:
  Promises(const Op& op, const std::vector<ConstView>& inputs, const std::vector<NodeId>& ids,
           const TensorType& type)
      : op_(op), inputs_(inputs), ids_(ids), type_(type), whole_(untouched(type)) {
    std::ranges::transform(inputs, std::back_inserter(types_), &ConstView::type);
    parts_ = op.parts(types_, type);
    op.forward(inputs, whole_.view(), {0, parts_});
  }

  std::vector<std::string> broken() {
    check_parts();
    check_addresses();
    if (op_.same_bits_in_every_range()) check_uneven_ranges();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (op_.reads_own_slice(i, types_, type_) && parts_ > 0) check_own_slice(i);
      if (op_.may_overwrite(i) && types_[i] == type_) check_overwriting(i);
    }
    if (op_.elementwise()) check_blocks();
    return std::move(broken_);
  }

 private:
  void expect(bool holds, const std::string& what) {
    if (!holds) broken_.push_back(fmt::format("{}: {}", op_.name(), what));
  }
  double tolerance() const {
    if (op_.same_bits_in_every_range()) return 0;
    return type_.dtype == DType::float64 ? 1e-12 : 1e-5;
  }
  std::vector<Parts> split(std::int64_t count) const {
    std::vector<Parts> ranges;
    count = std::min(count, parts_);
    for (std::int64_t i = 0; i < count; ++i) ranges.push_back({i * parts_ / count, (i + 1) * parts_ / count});
    return ranges;
  }

  void check_parts() {
    const auto size = static_cast<std::int64_t>(type_.bytes());
    for (const std::int64_t count : {std::int64_t{2}, std::int64_t{3}, parts_}) {
      Array together = untouched(type_);
      std::int64_t written = 0;
      for (const Parts& range : split(count)) {
        Array alone = untouched(type_);
        op_.forward(inputs_, alone.view(), range);
        op_.forward(inputs_, together.view(), range);
        written += bytes_written(alone);
      }
      expect(
          written == bytes_written(whole_) || size == 0,
          fmt::format("expected {} ranges of parts() to write each element once, got {} of {} bytes written",
                      count, written, bytes_written(whole_)));
      expect(
          agree(together, whole_, tolerance()),
          fmt::format("expected {} ranges of parts() to give what one call gives, got other numbers", count));
    }
  }

  // Outputs begin on a cache line; inputs need not.
  void check_addresses() {
    for (const std::int64_t shift : {1, 3, 8}) {
      std::vector<Array> memory;
      std::vector<ConstView> inputs;
      for (const ConstView& input : inputs_) {
        Array& longer = memory.emplace_back(input.dtype(), Shape{input.shape().size() + shift});
        char* const first =
            static_cast<char*>(longer.view().data) + static_cast<std::size_t>(shift) * size_of(input.dtype());
        if (input.type.bytes() > 0) std::memcpy(first, input.data, input.type.bytes());
        inputs.emplace_back(input.type, first);
      }
      Array found = untouched(type_);
      op_.forward(inputs, found.view(), {0, parts_});
      expect(
          agree(found, whole_, 0),
          fmt::format("expected the same bits from inputs {} elements past a cache line, got others", shift));
    }
  }

  // Cuts that follow no pattern: a part must not know what it is computed with.
  void check_uneven_ranges() {
    std::mt19937 random(7);
    for (int round = 0; round < 8; ++round) {
      Array together = untouched(type_);
      for (std::int64_t begin = 0, end = 0; begin < parts_; begin = end) {
        const auto longest = static_cast<std::uint32_t>(std::min(parts_ - begin, std::int64_t{40}));
        end = begin + 1 + static_cast<std::int64_t>(random() % longest);
        op_.forward(inputs_, together.view(), {begin, end});
      }
      expect(agree(together, whole_, 0),
             "same_bits_in_every_range() is true, expected the same bits from uneven ranges, got others");
    }
  }

  void check_own_slice(std::size_t i) {
    const std::size_t bytes = types_[i].bytes(), parts = static_cast<std::size_t>(parts_);
    if (bytes % parts != 0)
      return expect(false,
                    fmt::format("expected input {} to fall into as many slices as there are parts", i));
    for (const Parts& range : split(3)) {
      Array poisoned = untouched(types_[i]), alone = untouched(type_), expected = untouched(type_);
      const std::size_t begin = static_cast<std::size_t>(range.begin) * (bytes / parts);
      const std::size_t end = static_cast<std::size_t>(range.end) * (bytes / parts);
      if (end > begin)
        std::memcpy(static_cast<char*>(poisoned.view().data) + begin,
                    static_cast<const char*>(inputs_[i].data) + begin, end - begin);
      std::vector<ConstView> inputs = inputs_;
      inputs[i] = poisoned.view();
      op_.forward(inputs, alone.view(), range);
      op_.forward(inputs_, expected.view(), range);
      expect(agree(alone, expected, 0),
             fmt::format("reads_own_slice({}) is true, expected nothing to be read outside of the slice", i));
    }
  }

  void check_overwriting(std::size_t i) {
    Array memory(inputs_[i]);
    std::vector<ConstView> inputs = inputs_;
    for (std::size_t j = 0; j < inputs.size(); ++j)
      if (ids_[j] == ids_[i]) inputs[j] = memory.view();
    std::vector<Parts> ranges = split(parts_);
    for (auto range = ranges.rbegin(); range != ranges.rend(); ++range)
      op_.forward(inputs, memory.view(), *range);
    expect(
        agree(memory, whole_, tolerance()),
        fmt::format("may_overwrite({}) is true, expected the same numbers over this input, got others", i));
  }

  // Of inputs with the output's shape, and scalars.
  void check_blocks() {
    const auto fits = [&](const TensorType& t) { return t.shape == type_.shape || t.shape.rank() == 0; };
    if (!std::ranges::all_of(types_, fits)) return;
    Array together = untouched(type_);
    for (std::int64_t begin = 0; begin < type_.shape.size(); begin += 13) {
      const Shape block{std::min(type_.shape.size() - begin, std::int64_t{13})};
      const auto at = [&](const void* data, DType dtype) {
        return static_cast<const char*>(data) + static_cast<std::size_t>(begin) * size_of(dtype);
      };
      std::vector<ConstView> inputs = inputs_;
      std::vector<TensorType> types = types_;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (types_[i].shape != type_.shape) continue;
        types[i].shape = block;
        inputs[i] = {types[i], at(inputs_[i].data, types[i].dtype)};
      }
      char* to =
          static_cast<char*>(together.view().data) + static_cast<std::size_t>(begin) * size_of(type_.dtype);
      const TensorType type{type_.dtype, block};
      op_.forward(inputs, View{type, to}, {0, op_.parts(types, type)});
    }
    expect(agree(together, whole_, tolerance()),
           "elementwise() is true, expected blocks to give the same numbers, got others");
  }

  const Op& op_;
  const std::vector<ConstView>& inputs_;
  const std::vector<NodeId>& ids_;
  TensorType type_;
  Array whole_;
  std::vector<TensorType> types_;
  std::int64_t parts_ = 1;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_promises(const Op& op, const std::vector<ConstView>& inputs,
                                         const std::vector<NodeId>& ids, const TensorType& type) {
  return Promises(op, inputs, ids, type).broken();
}

bool agree(const ConstView& a, const ConstView& b, double tolerance) {
  if (a.shape() != b.shape()) return false;
  if (tolerance == 0)
    return a.type == b.type && (a.type.bytes() == 0 || std::memcmp(a.data, b.data, a.type.bytes()) == 0);
  const Array left = cast(a, DType::float64), right = cast(b, DType::float64);
  const auto x = left.as<double>(), y = right.as<double>();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!(std::abs(x[i] - y[i]) <= tolerance * std::max(1.0, std::abs(y[i])))) return false;
  return true;
}

}  // namespace gradtable::detail
