// Keys that the models of more than one program have.
#pragma once

#include "apps/classifier/config/program.hpp"

namespace classifier {

gradtable::Field output_field(Config::Model& model);
gradtable::Field initializer_field(Config::Model& model);

// The names of activations().
std::vector<std::string> activation_names();

}  // namespace classifier
