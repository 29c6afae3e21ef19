// What a training leaves, to compare with that of another in every bit.
#pragma once

#include <map>
#include <sstream>
#include <string>

#include "tests/apps/classifier/program.hpp"
#include "tests/models/io/safetensors_files.hpp"

namespace classifier {

// The rows without their last two fields, the times.
inline std::string without_times(const std::string& table) {
  std::istringstream lines(table);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    for (int field = 0; field < 2; ++field) line.resize(line.rfind(','));
    text += line + "\n";
  }
  return text;
}

// The texts of a checkpoint without the times.
inline std::map<std::string, std::string> without_times(std::map<std::string, std::string> texts) {
  texts.at("metrics") = without_times(texts.at("metrics"));
  texts.erase("seconds");
  return texts;
}

class TwoTrainings : public BuiltProgram {
 protected:
  // Of runs that went to their end, in these two folders.
  void expect_same(const std::string& found, const std::string& expected) const {
    for (const char* name : {"/weights.safetensors", "/predictions.log", "/results.json"}) {
      ASSERT_TRUE(exists(expected + name)) << name;
      EXPECT_TRUE(folder_.read(found + name) == folder_.read(expected + name)) << name;
    }
    EXPECT_EQ(without_times(folder_.read(found + "/metrics.csv")),
              without_times(folder_.read(expected + "/metrics.csv")));
    const gradtable::TensorFile a = gradtable::read_safetensors(checkpoint(found));
    const gradtable::TensorFile b = gradtable::read_safetensors(checkpoint(expected));
    gradtable::expect_equal({a.tensors, without_times(a.metadata)}, {b.tensors, without_times(b.metadata)});
  }

  // Sends the signal in the middle of an epoch, and returns how many are finished; 0 when it did not stop.
  std::ptrdiff_t stop_within_an_epoch(const std::string& out, const Words& settings,
                                      const Words& arguments = {}) const {
    const std::ptrdiff_t before = epochs_in_table(out);
    gradtable::testing::Process program(command(
        training(out, settings + Words{"training.epochs=1000000", "output.checkpoint_every=1000000"}) +
        arguments));
    EXPECT_TRUE(wait_until([&] { return epochs_in_table(out) > before; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    program.send(SIGTERM);
    const ProcessResult result = program.wait();
    EXPECT_EQ(result.exit_code, 130) << result.err;
    return epochs_in_table(out);
  }
};

}  // namespace classifier
