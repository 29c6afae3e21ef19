// The config format of the course: lines of `key = value`.
#pragma once

#include <filesystem>

#include "apps/classifier/config/program.hpp"

namespace classifier {

// A program's config from a course file, with paths relative to the working directory (data.dir and
// output.dir are "."): float64, one hidden layer, 10 classes, the images in the order of the file, and no
// output but the prediction log. All nine keys must be there. Throws gradtable::ConfigError "run.config:7:
// ..." with the line of a bad one, and for a program whose model has no hidden_size.
Config read_course_config(const Program& program, const std::filesystem::path& file);

}  // namespace classifier
