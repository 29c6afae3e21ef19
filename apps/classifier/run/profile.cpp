#include "apps/classifier/run/profile.hpp"

#include <utility>

#include "apps/classifier/config/output_files.hpp"
#include <gradtable/graph/peak.hpp>
#include <gradtable/models/report/trace_events.hpp>

namespace classifier {

void write_profile(const Config& config, Setup& setup, const gradtable::StepGraph& step,
                   gradtable::ProgramProfile profile, PageContent content) {
  profile.peak = gradtable::measured_peak(static_cast<int>(profile.threads()), config.dtype);
  const ProfileFiles files = profile_files(config.output.profile);
  write_text(config.output.profile, to_string(profile));
  write_text(files.trace, gradtable::report::trace_events(profile, content.title));
  write_text(files.dot, drawing(setup, step, GraphPart::all, profile));
  content.profile = std::move(profile);
  write_text(files.page, graph_page(setup, step, GraphPart::all, content));
}

}  // namespace classifier
