// Where the time of a training step goes, in files.
#pragma once

#include "apps/classifier/run/build.hpp"
#include "apps/classifier/run/results.hpp"
#include <gradtable/graph/profile.hpp>

namespace classifier {

// The table into output.profile; trace events, the drawing with times and the page into the files beside it
// (profile_files). Measures the peak of the machine. Throws gradtable::OutputError.
void write_profile(const Config& config, Setup& setup, const gradtable::StepGraph& step,
                   gradtable::ProgramProfile profile, PageContent content);

}  // namespace classifier
