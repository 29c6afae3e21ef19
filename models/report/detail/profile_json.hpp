// A profile as the data of a page.
#pragma once

#include "gradtable/graph/profile.hpp"
#include "gradtable/models/report/detail/graph_json.hpp"

namespace gradtable::report::detail {

// {runs, seconds, waiting, steps, spans, peak}: times in seconds, but those of the spans in nanoseconds from
// the beginning of the run, as [step, thread, begin, end] with the step -1 for waits. No peak where none is
// known.
Json json_of(const ProgramProfile& profile);

}  // namespace gradtable::report::detail
