// A data set as a source of batches for Network.
#pragma once

#include <cstdint>
#include <vector>

#include "gradtable/models/data/dataset.hpp"
#include "gradtable/models/networks/network.hpp"

namespace gradtable {

// Gives batches without end: inputs, bytes as numbers from 0 to 1, as (m,features); labels as int32 (m), or
// real numbers as they are. Every epoch takes all examples in the order of shuffled_order, epochs count from
// 1; its last batch may be smaller.
class ImageSource {
 public:
  // The data set must outlive the source. Throws ConfigError for no images, a batch size below 1, or
  // integers; DataError as require_valid does.
  ImageSource(const Dataset& data, std::int64_t batch_size, std::uint64_t seed = 42,
              DType dtype = DType::float32);

  Network::Batch operator()();

 private:
  const Dataset* data_;
  std::size_t batch_size_;
  std::uint64_t seed_;
  DType dtype_;
  std::uint64_t epoch_ = 0;
  std::vector<std::int32_t> order_;
  std::size_t next_ = 0;
  Array inputs_, labels_;
};

}  // namespace gradtable
