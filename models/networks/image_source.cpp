#include "gradtable/models/networks/image_source.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/batches.hpp"

namespace gradtable {
namespace {

// Elements of the first axis, one behind the other, as numbers of a type.
Array rows_of(const ConstView& all, std::span<const std::int32_t> rows, DType dtype) {
  std::vector<std::int64_t> extents(all.shape().extents().begin(), all.shape().extents().end());
  extents.front() = static_cast<std::int64_t>(rows.size());
  Array result(all.dtype(), Shape(extents));
  const std::size_t bytes = rows.empty() ? 0 : result.type().bytes() / rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::memcpy(static_cast<std::byte*>(result.view().data) + i * bytes,
                static_cast<const std::byte*>(all.data) + static_cast<std::size_t>(rows[i]) * bytes, bytes);
  return cast(result, dtype);
}

void divide(Array& numbers, int by) {
  dispatch_floating(numbers.dtype(), [&]<class T>() {
    for (T& number : numbers.as<T>()) number /= static_cast<T>(by);
  });
}

}  // namespace

ImageSource::ImageSource(const Dataset& data, std::int64_t batch_size, std::uint64_t seed, DType dtype)
    : data_(&data), batch_size_(static_cast<std::size_t>(batch_size)), seed_(seed), dtype_(dtype) {
  require_valid(data);
  if (data.size() == 0) throw ConfigError("image source: expected at least one image, got none");
  if (batch_size < 1)
    throw ConfigError(fmt::format("image source: expected a batch size of at least 1, got {}", batch_size));
  if (!is_floating(dtype))
    throw ConfigError(fmt::format("image source: expected float32 or float64, got {}", to_string(dtype)));
}

Network::Batch ImageSource::operator()() {
  if (next_ == order_.size()) {
    order_ = shuffled_order(data_->size(), seed_, ++epoch_);
    next_ = 0;
  }
  const std::size_t count = std::min(batch_size_, order_.size() - next_);
  const std::span<const std::int32_t> batch = std::span(order_).subspan(next_, count);
  next_ += count;
  inputs_ = rows_of(data_->input_rows(), batch, dtype_);
  if (data_->inputs.dtype() == DType::uint8) divide(inputs_, 255);
  labels_ = rows_of(data_->targets, batch, data_->has_classes() ? DType::int32 : dtype_);
  return {inputs_, labels_};
}

}  // namespace gradtable
