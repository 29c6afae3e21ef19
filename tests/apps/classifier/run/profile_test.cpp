// Where the time of a training step goes, in the files of a run.
#include "apps/classifier/run/profile.hpp"

#include <algorithm>
#include <string>

#include "tests/apps/classifier/program.hpp"

namespace classifier {
namespace {

using Json = nlohmann::json;

class ProfileFilesOfARun : public BuiltProgram {
 protected:
  Json data_of_page(const std::string& name) const {
    const std::string page = folder_.read(name), begin = "id=\"data\">";
    const std::size_t first = page.find(begin) + begin.size();
    return Json::parse(page.substr(first, page.find("</script>", first) - first));
  }
};

TEST_F(ProfileFilesOfARun, AreATableTraceEventsADrawingAndAPage) {
  expect_success(train("out", {}, {"--profile"}));
  const std::string table = folder_.read("out/profile.txt");
  EXPECT_TRUE(contains(table, "us a run on 1 thread, the median of 9\n"))
      << "the full batches of one epoch: " << table;
  EXPECT_TRUE(contains(table, "peak, measured")) << table;
  const Json events = Json::parse(folder_.read("out/profile_trace.json")).at("traceEvents");
  EXPECT_TRUE(std::ranges::any_of(events, [](const Json& event) { return event.at("ph") == "X"; }));
  const std::string dot = folder_.read("out/profile_heat.dot");
  EXPECT_TRUE(contains(dot, "us a run on 1 thread")) << dot;
  EXPECT_TRUE(contains(dot, "steps of nodes that are not drawn 0.0 %")) << dot;
  const Json profile = data_of_page("out/profile_graph.html").at("profile");
  EXPECT_EQ(profile.at("runs"), 9);
  EXPECT_TRUE(profile.at("peak").at("measured"));
}

TEST_F(ProfileFilesOfARun, ChangesNoBitOfTheTraining) {
  expect_success(train("plain"));
  expect_success(train("profiled", {}, {"--profile"}));
  EXPECT_EQ(folder_.read("plain/weights.safetensors"), folder_.read("profiled/weights.safetensors"));
  EXPECT_FALSE(exists("plain/profile.txt"));
}

TEST_F(ProfileFilesOfARun, HaveTheNameOfTheConfig) {
  expect_success(train("out", {"output.profile=times.md"}, {"--profile"}));
  for (const char* name : {"times.md", "times_trace.json", "times_heat.dot", "times_graph.html"})
    EXPECT_TRUE(exists(std::string("out/") + name)) << name;
  EXPECT_FALSE(exists("out/profile.txt"));
}

TEST_F(ProfileFilesOfARun, AreApartFromOtherOutputs) {
  expect_error(train("out", {"output.metrics=profile_trace.json"}, {"--profile"}), 2,
               "the file of output.metrics and of output.profile's trace events");
}

TEST_F(ProfileFilesOfARun, AreWrittenWhereGradientsAreAdded) {
  expect_success(train("out", {"training.gradient_accumulation=3"}, {"--profile"}));
  EXPECT_TRUE(contains(folder_.read("out/profile.txt"), "the median of 9\n"));
}

TEST_F(ProfileFilesOfARun, AreNotMadeOfBatchesThatAreNotFull) {
  expect_success(train("out", {"training.batch_size=300"}, {"--profile"}));
  EXPECT_TRUE(contains(folder_.read("out/profile.txt"), "the median of 1\n")) << "which is full";
}

}  // namespace
}  // namespace classifier
