// The config of a run: read from a JSON file (or the course's .config file), changed by the command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/classifier/config/program.hpp"
#include <gradtable/models/training/trainer_fields.hpp>

namespace classifier {

// What the command line says over the file.
struct Overrides {
  std::vector<std::string> settings = {};         // "key.path=value", the last of two for one key wins
  std::optional<std::filesystem::path> out = {};  // output.dir, relative to the working directory
  std::optional<std::int64_t> threads = {};
  bool profile = false;  // output.profile is profile.txt, unless the config has another name
};

// Whether the file is in the course's format, as its name ends in ".config".
bool is_course_config(const std::filesystem::path& file);

// The config in a file, in the course's format or as JSON. Every path in
// the result can be used from anywhere: relative data.dir and output.dir start at the file's folder (the
// working directory for the course's format), file names at data.dir and output.dir; a data file that is not
// there has the name of another spelling that is (gradtable::find_idx_files). data.dir comes from,
// last wins: the file, the environment's MNIST_DIR (JSON only, and only where the file's data.dir is a folder
// called mnist; relative to the working directory), the settings. A cosine schedule without epochs has those
// of the training. Throws gradtable::ConfigError for a file that cannot be read, for every value that is not
// permitted, and for values that do not fit together.
Config load_config(const Program& program, const std::filesystem::path& file,
                   const Overrides& overrides = {});

// Throws gradtable::ConfigError, which names the config's file and a key, when two values do not fit
// together. The epochs of a cosine are settled.
void require_consistent(const Config& config, const std::filesystem::path& file);

// Throws gradtable::ConfigError for an option of the training that the library refuses, in the words of the
// config: the file and the key.
[[noreturn]] void refuse_option(const std::filesystem::path& file, const gradtable::OptionError& error);

// Throws gradtable::ConfigError, which names the config's file, when a batch is larger than the training set.
void require_batch_fits(const Config& config, const std::filesystem::path& file,
                        std::int64_t training_images);

}  // namespace classifier
