// LeNet-5, as a program.
#pragma once

#include "apps/classifier/config/program.hpp"

namespace mnist_lenet5 {

classifier::Program program();

}  // namespace mnist_lenet5
