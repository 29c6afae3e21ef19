#include "gradtable/models/report/trace_events.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/text.hpp"

namespace gradtable::report {
namespace {

using Json = nlohmann::ordered_json;

Json named(const char* what, std::size_t thread, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", 1}, {"tid", thread}, {"args", {{"name", name}}}};
}

Json event(const ProgramProfile& profile, const ProfiledSpan& span) {
  constexpr double kMicro = 1e6;
  const bool waits = span.step == ProfiledSpan::kWaiting;
  Json json = {{"name", waits ? "waiting" : printable(profile.steps[span.step].label)},
               {"cat", waits ? "wait" : "step"},
               {"ph", "X"},
               {"pid", 1},
               {"tid", span.thread},
               {"ts", span.begin * kMicro},
               {"dur", (span.end - span.begin) * kMicro}};
  if (waits) return json;
  const ProfiledStep& step = profile.steps[span.step];
  json["args"] = {{"level", step.level},
                  {"type", to_string(step.type)},
                  {"operations", step.flops},
                  {"bytes", step.bytes}};
  return json;
}

}  // namespace

std::string trace_events(const ProgramProfile& profile, const std::string& name) {
  Json events = Json::array();
  events.push_back(named("process_name", 0, printable(name)));
  for (std::size_t thread = 0; thread < profile.threads(); ++thread)
    events.push_back(named("thread_name", thread, fmt::format("thread {}", thread + 1)));
  for (const ProfiledSpan& span : profile.spans) events.push_back(event(profile, span));
  return Json{{"traceEvents", events}, {"displayTimeUnit", "ns"}}.dump(1) + "\n";
}

}  // namespace gradtable::report
