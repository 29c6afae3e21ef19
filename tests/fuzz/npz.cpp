// Any bytes as an NPZ file: a DataError, or arrays, each of which is one or a DataError.
#include "gradtable/models/data/formats/npz.hpp"

#include "input_file.hpp"

#include "gradtable/core/error.hpp"

namespace {

void read_all(const gradtable::NpzFile& file) {
  for (const std::string& name : file.names()) {
    try {
      file.read(name, {.memory_limit = 1 << 26});
    } catch (const gradtable::DataError&) {
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile input({data, size});
  try {
    read_all(gradtable::NpzFile(input.path()));
  } catch (const gradtable::DataError&) {
  }
  return 0;
}
