// A profile as trace events, which chrome://tracing and Perfetto draw as a timeline of the threads.
#pragma once

#include <string>

#include "gradtable/graph/profile.hpp"

namespace gradtable::report {

// The spans of the typical run in Chrome's Trace Event Format, as JSON: an event "X" for each, with its name,
// thread and microseconds; those of steps have their level, type, operations and bytes as arguments, waits
// the category "wait". `name` is that of the process.
std::string trace_events(const ProgramProfile& profile, const std::string& name);

}  // namespace gradtable::report
