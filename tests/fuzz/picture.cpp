// Any bytes as a file of a picture, PGM or PNG: a DataError, or an image like those of MNIST.
#include "input_file.hpp"

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/own_digit.hpp"
#include "gradtable/models/data/picture_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file({data, size});
  try {
    gradtable::as_digit(gradtable::read_picture_file(file.path()), 28, 28);
  } catch (const gradtable::DataError&) {
  }
  return 0;
}
