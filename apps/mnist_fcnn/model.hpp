// The fully connected network, as a program.
#pragma once

#include "apps/classifier/config/program.hpp"

namespace mnist_fcnn {

classifier::Program program();

}  // namespace mnist_fcnn
