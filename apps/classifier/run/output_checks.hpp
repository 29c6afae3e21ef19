// Whether the files that a run leaves could be written, and are no files that it must keep.
#pragma once

#include <filesystem>
#include <vector>

#include "apps/classifier/command_line.hpp"
#include "apps/classifier/config/output_files.hpp"

namespace classifier {

// Whether both are, or would be, the same file, by whatever names.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

// Whether the resolved config has a file of its own: a run of one that is in its place leaves it as it is.
bool writes_config(const Config& config, const Options& options);

// Before any work is done, throws gradtable::OutputError when one of the files that the config asks for could
// not be written at the end, and gradtable::ConfigError when it would overwrite the config, a data file,
// another output or a file of the options. The checkpoint may be that of --resume, and
// the resolved config the config itself, which is not written then.
void check_outputs(const Config& config, const Options& options);

// Folders that were made for outputs. At its end, those that are still empty are removed.
class MadeFolders {
 public:
  MadeFolders() = default;
  MadeFolders(MadeFolders&&) = default;
  MadeFolders& operator=(MadeFolders&&) = delete;
  ~MadeFolders();

  // With the folders above it. Throws gradtable::OutputError.
  void make(const std::filesystem::path& folder);

 private:
  std::vector<std::filesystem::path> made_;  // each behind the folder that it is in
};

// The same as check_outputs after making their folders, which stay if something is in them at the end.
[[nodiscard]] MadeFolders prepare_outputs(const Config& config, const Options& options);

}  // namespace classifier
