#include "gradtable/models/networks/image_source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/batches.hpp"

namespace gradtable {

ImageSource::ImageSource(const Dataset& data, std::int64_t batch_size, std::uint64_t seed, DType dtype)
    : data_(&data), batch_size_(static_cast<std::size_t>(batch_size)), seed_(seed), dtype_(dtype) {
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
  const auto features = static_cast<std::size_t>(data_->features());
  inputs_ = Array(dtype_, {static_cast<std::int64_t>(count), data_->features()});
  labels_ = Array(DType::int32, {static_cast<std::int64_t>(count)});
  for (std::size_t i = 0; i < count; ++i) {
    const auto image = static_cast<std::size_t>(order_[next_++]);
    labels_.as<std::int32_t>()[i] = data_->labels[image];
    dispatch_floating(dtype_, [&]<class T>() {
      const auto row = inputs_.as<T>().subspan(i * features, features);
      const std::size_t first = image * features;
      for (std::size_t j = 0; j < features; ++j)
        row[j] = data_->is_bytes() ? static_cast<T>(data_->pixels[first + j]) / T{255}
                                   : static_cast<T>(data_->numbers[first + j]);
    });
  }
  return {inputs_, labels_};
}

}  // namespace gradtable
