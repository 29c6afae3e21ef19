#include "gradtable/ops/dropout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/core/random.hpp"
#include "gradtable/ops/detail/loops/map.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable {
namespace {

using Word = std::uint32_t;

// Words that are drawn at once.
constexpr std::int64_t kWords = 1024;

// x / (1 - rate) or 0, by a random number.
template <class T>
struct Survivor {
  explicit Survivor(double rate)
      : factor(static_cast<T>(1 / (1 - rate))),
        dropped(static_cast<Word>(std::min(std::round(rate * 0x1p32), 0x1p32 - 1))) {}
  GRADTABLE_INLINE T operator()(T x, Word number) const {
    const T kept = x * factor;
    return number < dropped ? T{0} : kept;
  }

  T factor;
  Word dropped;
};

class Dropout final : public Op {
 public:
  Dropout(double rate, std::uint64_t seed, std::uint32_t stream)
      : rate_(rate), seed_(seed), stream_(stream) {}
  std::string_view name() const override { return "dropout"; }
  std::vector<Attribute> attributes() const override {
    return {{"rate", rate_}, {"seed", static_cast<std::int64_t>(seed_)}, {"stream", std::int64_t{stream_}}};
  }

  TensorType infer(std::span<const TensorType> inputs) const override {
    if (!(rate_ >= 0 && rate_ < 1)) throw ShapeError(fmt::format("expected a rate in [0,1), got {}", rate_));
    if (inputs[1] != TensorType{DType::int32, {}})
      throw ShapeError(fmt::format("expected a step that is an int32 scalar, got {}", to_string(inputs[1])));
    return {detail::floating(inputs.first(1)), inputs[0].shape};
  }

  std::int64_t parts(std::span<const TensorType>, const TensorType& output) const override {
    return output.shape.size();
  }
  bool reads_own_slice(std::size_t input, std::span<const TensorType>, const TensorType&) const override {
    return input == 0;
  }
  bool may_overwrite(std::size_t input) const override { return input == 0; }
  double flops(std::span<const TensorType>, const TensorType& output) const override {
    return 20 * static_cast<double>(output.shape.size());
  }

  void forward(std::span<const ConstView> inputs, const View& output, Parts parts) const override {
    const auto step = static_cast<Word>(*static_cast<const std::int32_t*>(inputs[1].data));
    const RandomStream stream = mask_stream(stream_, step);
    dispatch_floating(output.dtype(), [&]<class T>() {
      const T* x = static_cast<const T*>(inputs[0].data);
      std::array<Word, kWords> words;
      for (std::int64_t i = parts.begin, end = 0; i < parts.end; i = end) {
        const std::int64_t first = i / kRandomBlock;
        const std::int64_t blocks =
            std::min(kWords / kRandomBlock, (parts.end - 1) / kRandomBlock + 1 - first);
        end = std::min((first + blocks) * kRandomBlock, parts.end);
        random_blocks(seed_, stream, static_cast<std::uint64_t>(first), blocks, words.data());
        const Word* numbers = words.data() + i % kRandomBlock;
        detail::map(Survivor<T>(rate_), end - i, static_cast<T*>(output.data) + i, x + i, numbers);
      }
    });
  }

  // x / (1 - 0)
  Tensor simplified(std::span<const Tensor> inputs) const override {
    return rate_ == 0 ? inputs[0] : Tensor();
  }

  // dy/dx is the same mask: of the same seed, stream and step.
  Tensor bprop(std::span<const Tensor> inputs, const Tensor& output, const Tensor& gradient,
               std::size_t wrt) const override {
    if (wrt == 1) return Op::bprop(inputs, output, gradient, wrt);
    return dropout(gradient, rate_, seed_, inputs[1], stream_);
  }

 private:
  double rate_;
  std::uint64_t seed_;
  std::uint32_t stream_;
};

}  // namespace

Tensor dropout(const Tensor& x, double rate, std::uint64_t seed, const Tensor& step, std::uint32_t stream,
               Location at) {
  return apply(std::make_shared<const Dropout>(rate, seed, stream), {x, step}, at);
}

}  // namespace gradtable
