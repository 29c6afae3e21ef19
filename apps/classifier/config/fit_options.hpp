// The training that a config asks for, as options of the library.
#pragma once

#include "apps/classifier/config/config.hpp"
#include <gradtable/models/training/fit_options.hpp>

namespace classifier {

gradtable::FitOptions fit_options(const Config& config);
// Those of its trainer; `evaluation` is that of the options.
gradtable::TrainerOptions trainer_options(const Config& config,
                                          gradtable::NotFinite evaluation = gradtable::NotFinite::refuse);

}  // namespace classifier
