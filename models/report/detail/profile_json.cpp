#include "gradtable/models/report/detail/profile_json.hpp"

#include <cmath>
#include <cstdint>

#include "gradtable/core/text.hpp"

namespace gradtable::report::detail {
namespace {

std::int64_t nanoseconds(double seconds) {
  return std::llround(seconds * 1e9);
}

Json json_of(const ProfiledStep& step) {
  return {{"label", printable(step.label)},
          {"node", step.node},
          {"type", gradtable::to_string(step.type)},
          {"level", step.level},
          {"flops", step.flops},
          {"bytes", step.bytes},
          {"seconds", step.seconds}};
}

}  // namespace

Json json_of(const ProgramProfile& profile) {
  Json json = {{"runs", profile.runs}, {"seconds", profile.seconds}, {"waiting", profile.waiting}};
  json["steps"] = Json::array();
  for (const ProfiledStep& step : profile.steps) json["steps"].push_back(json_of(step));
  json["spans"] = Json::array();
  for (const ProfiledSpan& span : profile.spans) {
    const std::int64_t step = span.step == ProfiledSpan::kWaiting ? -1 : static_cast<std::int64_t>(span.step);
    json["spans"].push_back({step, span.thread, nanoseconds(span.begin), nanoseconds(span.end)});
  }
  if (profile.peak)
    json["peak"] = {{"flops", profile.peak->flops_per_second},
                    {"bytes", profile.peak->bytes_per_second},
                    {"measured", profile.peak->is_measured}};
  return json;
}

}  // namespace gradtable::report::detail
