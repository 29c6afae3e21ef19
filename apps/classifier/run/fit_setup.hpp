// The training that a config asks for, as a gradtable::Fit.
#pragma once

#include <string>
#include <vector>

#include "apps/classifier/command_line.hpp"
#include "apps/classifier/config/program.hpp"
#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/data.hpp"
#include <gradtable/models/training/fit.hpp>

namespace classifier {

// The options of a Fit, with the program and the keys of the config as fields: all keys but those that say
// where files are, how long the training takes, and what is measured for the curves alone.
gradtable::FitOptions fit_options(const Program& program, const Config& config, const Options& options);

// The data must outlive the result.
gradtable::FitData fit_data(const Config& config, const Data& data);

// Takes weights from the file of --init, or resumes from the checkpoint of --resume. Throws what load_weights
// and gradtable::Fit::resume throw, gradtable::OptionError among that. Numbers that are not finite, where the
// options allow these, are said on standard error. Returns lines about what was read.
std::vector<std::string> begin(gradtable::Fit& fit, const Options& options, const Config& config,
                               const Data& data, Setup& setup);

}  // namespace classifier
