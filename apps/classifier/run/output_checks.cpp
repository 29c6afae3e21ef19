#include "apps/classifier/run/output_checks.hpp"

#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/training/checkpoint.hpp>
#include <unistd.h>

namespace classifier {
namespace {

namespace fs = std::filesystem;
using gradtable::OutputError;

constexpr std::string_view kCheckpoint = "output.checkpoint";
constexpr std::string_view kResume = "--resume";

// Without links and dots, as far as that is possible.
fs::path resolved(const fs::path& file) {
  std::error_code error, circle;
  fs::path real = fs::weakly_canonical(fs::absolute(gradtable::behind_links(file, circle), error), error);
  if (!error)
    real = fs::weakly_canonical(real, error);  // "folder/../link", when the folder is yet to be made
  return error ? file.lexically_normal() : real;
}

// What this run will write.
std::vector<NamedFile> outputs(const Config& config, const Options& options) {
  Config::Output output = config.output;
  if (!writes_config(config, options)) output.config.clear();
  std::vector<NamedFile> files = named_outputs(output);
  std::error_code unknown;
  if (options.command == Command::train && !options.resume && fs::exists(config.output.checkpoint, unknown))
    files.push_back({"the previous checkpoint", gradtable::previous_checkpoint(config.output.checkpoint)});
  return files;
}

// Those that a run must not write over, whether it reads them or not.
std::vector<NamedFile> inputs(const Config& config, const Options& options) {
  std::vector<NamedFile> files = {{"the config", options.config},
                                  {"data.train_images", config.data.train_images},
                                  {"data.train_labels", config.data.train_labels},
                                  {"data.test_images", config.data.test_images},
                                  {"data.test_labels", config.data.test_labels}};
  if (options.init) files.push_back({"--init", *options.init});
  if (options.resume) files.push_back({kResume, *options.resume});
  return files;
}

void require_apart(const NamedFile& output, const NamedFile& other) {
  const bool goes_on = output.name == kCheckpoint && other.name == kResume;
  if (!goes_on && same_file(output.file, other.file))
    throw gradtable::ConfigError(fmt::format("{}: the file of {} and of {}; expected two files",
                                             output.file.string(), other.name, output.name));
}

void require_apart(const Config& config, const Options& options) {
  std::vector<NamedFile> taken = inputs(config, options);
  for (const NamedFile& output : outputs(config, options)) {
    for (const NamedFile& other : taken) require_apart(output, other);
    taken.push_back(output);
  }
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::string_view describe_link(const fs::path& link) {
  std::error_code error;
  gradtable::behind_links(link, error);
  return error == std::errc::too_many_symbolic_link_levels ? "a link in a circle" : "a link to nothing";
}

// The folder, or the first above it that is there: where the others are to be made. Throws where one of them
// is a link that leads to none: no folder can be made in its place.
fs::path existing(fs::path folder) {
  std::error_code unknown;
  while (!fs::exists(folder, unknown) && folder.has_relative_path()) {
    if (fs::is_symlink(folder, unknown))
      throw OutputError(
          fmt::format("{}: {}; expected a folder to write to", folder.string(), describe_link(folder)));
    folder = folder.parent_path();
  }
  return folder.empty() ? fs::path(".") : folder;
}

// Folders are made for outputs, but none through a link: the user did not ask for that.
void require_folder_behind(const fs::path& link, const fs::path& file) {
  std::error_code unknown;
  if (!fs::exists(folder_of(file), unknown))
    throw OutputError(fmt::format(
        "{}: No such file or directory; expected a file that can be written: {} is a link to it, in a folder "
        "that is not there",
        file.string(), link.string()));
}

void require_folder(const fs::path& folder) {
  std::error_code unknown;
  if (!fs::is_directory(folder, unknown))
    throw OutputError(fmt::format("{}: not a folder; expected a folder to write to", folder.string()));
  if (access(folder.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("{}: not writable; expected a folder to write to", folder.string()));
}

// Of a file that is there or not. Throws for names that no file can have, also in a folder that is yet to be
// made.
fs::file_status status_of(const fs::path& file) {
  std::error_code error, name;
  const fs::file_status status = fs::status(file, error);
  static_cast<void>(fs::status(existing(folder_of(file)) / file.filename(), name));
  if (name == std::errc::filename_too_long) error = name;
  if (error && error != std::errc::no_such_file_or_directory)
    throw OutputError(fmt::format("{}: {}; expected the name of a file", file.string(), error.message()));
  return status;
}

// Where it will be: "folder/../file" is beside the folder, which is yet to be made.
fs::path in_real_folder(const fs::path& file) {
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(folder_of(file), error);
  return error ? file : folder / file.filename();
}

// The folder is that of the file to which a link points.
void require_writable(const fs::path& name) {
  const fs::path file = in_real_folder(name);
  std::error_code circle;  // status_of says it
  const fs::path behind = gradtable::behind_links(file, circle);
  if (behind != file) require_folder_behind(file, behind);
  require_folder(existing(folder_of(behind)));
  const fs::file_status status = status_of(file);
  if (!fs::exists(status)) return;
  if (!fs::is_regular_file(status))
    throw OutputError(fmt::format("{}: {}; expected the name of a file", file.string(),
                                  fs::is_directory(status) ? "a folder" : "not a regular file"));
  if (access(file.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("{}: not writable; expected a file that may be replaced", file.string()));
}

// A checkpoint whose longer name, under which the next training keeps it, no file can have.
void require_name_to_keep(const Config& config, const Options& options) {
  if (options.command == Command::train && !config.output.checkpoint.empty())
    status_of(gradtable::previous_checkpoint(config.output.checkpoint));
}

}  // namespace

MadeFolders::~MadeFolders() {
  while (!made_.empty()) {
    rmdir(made_.back().c_str());  // of a folder that is not empty, it does nothing
    made_.pop_back();
  }
}

void MadeFolders::make(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error)) return;
  if (folder.has_parent_path()) make(folder.parent_path());
  if (fs::create_directory(folder, error)) made_.push_back(folder);
  if (error)
    throw OutputError(fmt::format("{}: {}; expected a folder to write to", folder.string(), error.message()));
}

bool same_file(const fs::path& a, const fs::path& b) {
  const fs::path real_a = resolved(a), real_b = resolved(b);
  std::error_code not_there;  // then by the names alone
  return real_a == real_b || fs::equivalent(real_a, real_b, not_there);
}

bool writes_config(const Config& config, const Options& options) {
  return !config.output.config.empty() && !same_file(config.output.config, options.config);
}

void check_outputs(const Config& config, const Options& options) {
  require_apart(config, options);
  for (const NamedFile& output : outputs(config, options)) require_writable(output.file);
  require_name_to_keep(config, options);
}

MadeFolders prepare_outputs(const Config& config, const Options& options) {
  require_apart(config, options);
  MadeFolders folders;
  for (const NamedFile& output : outputs(config, options)) {
    require_writable(output.file);
    folders.make(folder_of(output.file));
    gradtable::require_can_be_written(output.file.string());
  }
  require_name_to_keep(config, options);
  return folders;
}

}  // namespace classifier
