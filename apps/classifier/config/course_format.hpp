// The config format of the course: lines of `key = value`.
#pragma once

#include <filesystem>

#include "apps/classifier/config/config.hpp"

namespace classifier {

// The config in a course file, with paths relative to the working directory (data.dir and output.dir are
// "."): float64, one hidden layer, 10 classes, the images in the order of the file, and no output but the
// prediction log. All nine keys must be there. Throws gradtable::ConfigError "run.config:7: ..." with the
// line of a bad one.
Config read_course_config(const std::filesystem::path& file);

}  // namespace classifier
