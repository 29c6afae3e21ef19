#include "gradtable/models/report/trace_events.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gradtable::report {
namespace {

using Json = nlohmann::json;

TEST(TraceEvents, HaveAnEventForEachSpan) {
  ProgramProfile profile{.runs = 1, .seconds = 3e-6, .waiting = {1e-6, 3e-6}};
  profile.steps = {{.label = "\"h\" (relu)",
                    .type = {DType::float32, {2, 3}},
                    .level = 4,
                    .flops = 6,
                    .bytes = 48,
                    .seconds = {2e-6, 0}}};
  profile.spans = {
      {ProfiledSpan::kWaiting, 0, 0, 1e-6}, {0, 0, 1e-6, 3e-6}, {ProfiledSpan::kWaiting, 1, 0, 3e-6}};
  const Json events = Json::parse(trace_events(profile, "xor"))["traceEvents"];
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[0]["args"]["name"], "xor");
  EXPECT_EQ(events[2]["args"]["name"], "thread 2");
  EXPECT_EQ(events[3]["cat"], "wait");
  EXPECT_EQ(events[4]["name"], "\"h\" (relu)");
  EXPECT_EQ(events[4]["ph"], "X");
  EXPECT_EQ(events[4]["tid"], 0);
  EXPECT_NEAR(events[4]["ts"].get<double>(), 1, 1e-9);
  EXPECT_NEAR(events[4]["dur"].get<double>(), 2, 1e-9);
  EXPECT_EQ(events[4]["args"]["type"], "float32 (2,3)");
  EXPECT_EQ(events[4]["args"]["level"], 4);
  EXPECT_EQ(events[5]["tid"], 1);
}

}  // namespace
}  // namespace gradtable::report
