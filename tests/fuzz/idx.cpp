// Any bytes as a file of images and as one of labels: a DataError or numbers.
#include "gradtable/models/data/formats/idx.hpp"

#include "input_file.hpp"

#include "gradtable/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file({data, size});
  try {
    gradtable::read_idx_images(file.path());
  } catch (const gradtable::DataError&) {
  }
  try {
    gradtable::read_idx_labels(file.path());
  } catch (const gradtable::DataError&) {
  }
  return 0;
}
