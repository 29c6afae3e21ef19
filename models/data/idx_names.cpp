#include "gradtable/models/data/idx_names.hpp"

#include <cctype>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace gradtable {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGzip = ".gz";

std::string other_packing(const std::string& name) {
  return name.ends_with(kGzip) ? name.substr(0, name.size() - kGzip.size()) : name + std::string(kGzip);
}

// "a-idx3-ubyte" for "a.idx3-ubyte" and the other way round.
std::string other_mark(std::string name) {
  const std::size_t idx = name.rfind("idx");
  if (idx == std::string::npos || idx == 0 || idx + 3 >= name.size() ||
      !std::isdigit(static_cast<unsigned char>(name[idx + 3])))
    return name;
  char& mark = name[idx - 1];
  if (mark == '-' || mark == '.') mark = mark == '-' ? '.' : '-';
  return name;
}

bool is_there(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  return fs::exists(status) && !fs::is_directory(status);
}

}  // namespace

fs::path find_idx_file(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::vector<std::string> spellings = {name, other_packing(name), other_mark(name),
                                              other_packing(other_mark(name))};
  for (const char* folder : {"", "raw", "MNIST/raw"})
    for (const std::string& spelling : spellings)
      if (const fs::path found = file.parent_path() / folder / spelling; is_there(found)) return found;
  return file;
}

}  // namespace gradtable
