// All programs with a model of their own, for tests and for pages that are printed.
#pragma once

#include <vector>

#include "apps/classifier/config/program.hpp"

namespace classifier {

// In the order of their names. apps/CMakeLists.txt writes its definition, from the folders with a model.cpp.
std::vector<Program> programs();

}  // namespace classifier
