// Any bytes as an NPY file: a DataError or an array.
#include "gradtable/models/data/formats/npy.hpp"

#include "input_file.hpp"

#include "gradtable/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file({data, size});
  try {
    gradtable::read_npy(file.path(), {.memory_limit = 1 << 26});
  } catch (const gradtable::DataError&) {
  }
  return 0;
}
