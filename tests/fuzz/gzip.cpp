// Any bytes as a file that may be gzip: a DataError or content. A few bytes may be a gigabyte, so reading
// stops early.
#include <vector>

#include "input_file.hpp"

#include "gradtable/core/error.hpp"
#include "gradtable/models/data/byte_source.hpp"

namespace {

constexpr std::int64_t kMostContent = 1 << 20;

void read_all(gradtable::ByteSource& source) {
  std::vector<std::uint8_t> block(4096);
  while (source.position() < kMostContent)
    if (source.read(block) < block.size()) return source.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file({data, size});
  try {
    gradtable::ByteSource source(file.path());
    read_all(source);
  } catch (const gradtable::DataError&) {
  }
  return 0;
}
