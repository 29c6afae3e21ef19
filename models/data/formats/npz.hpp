// Reads and writes NPZ files: named NPY arrays in a ZIP archive, as numpy.savez and numpy.savez_compressed
// write them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gradtable/models/data/formats/npy.hpp"

namespace gradtable {

namespace detail {
class ZipArchive;
}

// An archive whose directory has been read: its names are known, the arrays are read one by one. Entries may
// be stored or deflated, with the wide sizes of zip64; those whose names do not end in ".npy" are no arrays,
// and left alone. Nothing is ever written next to the archive, whatever the names in it. All functions throw
// DataError where the file is damaged.
class NpzFile {
 public:
  explicit NpzFile(const std::string& path);
  ~NpzFile();
  NpzFile(const NpzFile&) = delete;
  NpzFile& operator=(const NpzFile&) = delete;

  // In the order of the archive, without ".npy".
  const std::vector<std::string>& names() const { return names_; }
  bool has(std::string_view name) const;
  // As read_npy; the checksum of the entry is checked, too. Throws DataError, with the names that are there,
  // for another name.
  SharedArray read(std::string_view name, const NpyOptions& options = {}) const;

 private:
  std::unique_ptr<detail::ZipArchive> archive_;
  std::vector<std::string> names_;
};

// The array of that name. Without a name, the only array of the file; DataError, with the names, where there
// are several.
SharedArray read_npz(const std::string& path, std::string_view name = "", const NpyOptions& options = {});

// Writes the arrays, stored, whole or not at all. Throws OutputError when that fails, or where they take 4
// GiB.
void write_npz(const std::string& path, const std::map<std::string, SharedArray>& arrays);

}  // namespace gradtable
