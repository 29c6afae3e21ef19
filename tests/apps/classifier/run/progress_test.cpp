#include "apps/classifier/run/progress.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace classifier {
namespace {

// Standard output is a terminal of this width while one lives.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) : reader_(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (reader_ < 0 || grantpt(reader_) != 0 || unlockpt(reader_) != 0)
      throw std::runtime_error("no pseudo-terminal");
    const int writer = open(ptsname(reader_), O_RDWR | O_NOCTTY);
    termios settings{};
    tcgetattr(writer, &settings);
    cfmakeraw(&settings);  // what is written is what is read
    tcsetattr(writer, TCSANOW, &settings);
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(writer, TIOCSWINSZ, &size);
    std::fflush(stdout);
    stdout_ = dup(STDOUT_FILENO);
    dup2(writer, STDOUT_FILENO);
    close(writer);
  }
  ~Terminal() {
    dup2(stdout_, STDOUT_FILENO);
    close(stdout_);
    close(reader_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // What was written since the last call, which is something.
  std::string read() const {
    std::string text(4096, '\0');
    const ssize_t count = ::read(reader_, text.data(), text.size());
    return text.substr(0, count > 0 ? static_cast<std::size_t>(count) : 0);
  }

 private:
  int reader_;
  int stdout_ = -1;
};

constexpr std::string_view kBeginning = "\r\x1b[K";
const gradtable::Score kHalf = {
    .examples = 30000,
    .loss_sum = 45000,
    .sums = {{15000}},
    .metrics = std::make_shared<const std::vector<gradtable::Metric>>(1, gradtable::metrics::accuracy())};

// After the time from one update to the next.
std::string updated(Progress& progress, const Terminal& terminal) {
  std::this_thread::sleep_for(std::chrono::milliseconds(110));
  progress.update(kHalf);
  return terminal.read();
}

TEST(Progress, UpdatesOneLineOfATerminalAndEndsItWithTheEpoch) {
  std::string first, end;
  {
    const Terminal terminal(200);
    Progress progress(false, 10, 60000);
    progress.begin_epoch(3);
    first = updated(progress, terminal);
    progress.end_epoch({.epoch = 3,
                        .values = {{"train_loss", 1.25}, {"train_accuracy", 0.75}},
                        .examples_per_second = 1000});
    end = terminal.read();
  }
  EXPECT_TRUE(
      first.starts_with(std::string(kBeginning) + "epoch  3/10  50 %  loss 1.5000  accuracy  50.00 % "))
      << first;
  EXPECT_TRUE(first.ends_with(" left")) << first;
  EXPECT_EQ(end, std::string(kBeginning) + "epoch  3/10  loss 1.2500  accuracy  75.00 %     1000 images/s\n");
}

TEST(Progress, LeavesALineOfAHundredOfTenThousandEpochs) {
  std::string text, end;
  {
    const Terminal terminal(80);
    Progress progress(false, 10000, 1);
    for (int epoch = 1; epoch <= 1250; ++epoch) {
      progress.begin_epoch(epoch);
      progress.end_epoch({.epoch = epoch,
                          .values = {{"train_loss", 1}, {"train_accuracy", 1}},
                          .examples_per_second = 1000});
    }
    while (text.find("epoch  1200/") == std::string::npos || !text.ends_with('\n')) text += terminal.read();
    progress.begin_epoch(1251);
    std::this_thread::sleep_for(std::chrono::milliseconds(110));
    progress.end_epoch(
        {.epoch = 1251, .values = {{"train_loss", 1}, {"train_accuracy", 1}}, .examples_per_second = 1000});
    progress.say("stopped");
    while (!end.ends_with("stopped\n")) end += terminal.read();
  }
  EXPECT_EQ(std::ranges::count(text, '\n'), 13) << text;
  EXPECT_NE(text.find("epoch     1/10000 "), std::string::npos) << text;
  EXPECT_TRUE(end.starts_with("\r\x1b[Kepoch  1251/10000 ")) << "it is not lost while it is shown";
  EXPECT_TRUE(end.ends_with("\nstopped\n")) << end;
}

TEST(Progress, IsNeverWiderThanTheTerminal) {
  for (const std::size_t columns : {100U, 80U, 60U, 40U, 20U, 8U}) {
    std::string line;
    {
      const Terminal terminal(static_cast<unsigned short>(columns));
      Progress progress(false, 10, 60000);
      progress.begin_epoch(3);
      line = updated(progress, terminal);
    }
    ASSERT_TRUE(line.starts_with(kBeginning)) << line;
    EXPECT_LT(line.size() - kBeginning.size(), columns);
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

// What the epoch was measured by stays where there is little room.
TEST(Progress, KeepsValidationAndTestIn80Columns) {
  const gradtable::EpochMetrics epoch = {.epoch = 3,
                                         .values = {{"train_loss", 0.0712},
                                                    {"train_accuracy", 0.978},
                                                    {"validation_loss", 0.0832},
                                                    {"validation_accuracy", 0.975},
                                                    {"test_loss", 0.0801},
                                                    {"test_accuracy", 0.9761}},
                                         .examples_per_second = 123456};
  const auto line_at = [&](unsigned short columns) {
    const Terminal terminal(columns);
    Progress progress(false, 10, 60000);
    progress.begin_epoch(3);
    progress.end_epoch(epoch);
    return terminal.read().substr(kBeginning.size());
  };
  EXPECT_EQ(
      line_at(160),
      "epoch  3/10  loss 0.0712  accuracy  97.80 %  validation loss 0.0832 accuracy  97.50 %  test loss "
      "0.0801 accuracy  97.61 %   123456 images/s\n");
  EXPECT_EQ(line_at(80), " 3/10  train 0.0712  97.80%  validation 0.0832  97.50%  test 0.0801  97.61%\n");
}

TEST(Progress, SaysThatAnEpochWasCut) {
  std::string line;
  {
    const Terminal terminal(80);
    Progress progress(false, 10, 60000);
    progress.begin_epoch(3);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    progress.stop(kHalf);
    line = terminal.read();
  }
  EXPECT_NE(line.find("epoch  3/10  50 %"), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with("  stopped\n")) << line;
}

TEST(Progress, BreaksLongLinesBetweenWords) {
  std::string text;
  {
    const Terminal terminal(40);
    Progress(false, 10, 60000).say("data     60000 training and 10000 test images of 28x28, 10 classes");
    text = terminal.read();
  }
  EXPECT_EQ(text,
            "data     60000 training and 10000 test\n"
            "         images of 28x28, 10 classes\n");
}

// Of --dry-run and eval, whose labels have other widths.
TEST(SayResult, BreaksLongLinesBetweenWords) {
  const auto said_at = [](unsigned short columns, std::string_view text) {
    const Terminal terminal(columns);
    say_result(text);
    return terminal.read();
  };
  const std::string line = "an epoch    844 steps, 38.7 billion floating-point operations";
  EXPECT_EQ(said_at(40, line),
            "an epoch    844 steps, 38.7 billion\n"
            "            floating-point operations\n");
  EXPECT_EQ(said_at(80, line), line + "\n");
  EXPECT_EQ(said_at(20, line), line + "\n") << "there is no room beside the label";
  EXPECT_EQ(said_at(20, "one sentence without a label"), "one sentence\nwithout a label\n");
}

// Its columns are those of the epochs.
TEST(TestLine, HasTheColumnsOfAnEpoch) {
  EXPECT_EQ(test_line(kHalf), "test     loss 1.5000  accuracy  50.00 %  (15000 of 30000)");
}

TEST(Progress, LeavesTheTerminalAtTheStartOfALine) {
  std::string end;
  {
    const Terminal terminal(80);
    {
      Progress progress(false, 10, 60000);
      progress.begin_epoch(3);
      updated(progress, terminal);
    }
    end = terminal.read();
  }
  EXPECT_EQ(end, "\n");
}

TEST(Progress, CountsTheImagesOfAResumedEpochOnce) {
  std::string line;
  {
    const Terminal terminal(200);
    Progress progress(false, 10, 60000);
    progress.begin_epoch(3, 29990);
    line = updated(progress, terminal);
  }
  const std::string rate = line.substr(line.find(" %  ", line.find("accuracy")) + 4);
  EXPECT_LE(std::stod(rate), 100) << line;  // 10 images in at least a tenth of a second
}

TEST(Duration, IsReadable) {
  EXPECT_EQ(duration(0), "0 s");
  EXPECT_EQ(duration(0.2), "1 s");
  EXPECT_EQ(duration(59.5), "1:00");
  EXPECT_EQ(duration(725), "12:05");
  EXPECT_EQ(duration(3723), "1:02:03");
  EXPECT_EQ(duration(360000), "100:00:00");
}

TEST(Duration, TakesAnyNumber) {
  EXPECT_EQ(duration(-1), "0 s");
  EXPECT_EQ(duration(std::numeric_limits<double>::quiet_NaN()), "0 s");
  EXPECT_EQ(duration(std::numeric_limits<double>::infinity()), duration(1e9));
}

TEST(InBytes, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(in_bytes(0), "0 bytes");
  EXPECT_EQ(in_bytes(512), "512 bytes");
  EXPECT_EQ(in_bytes(999), "999 bytes");
  EXPECT_EQ(in_bytes(1000), "1 kB");
  EXPECT_EQ(in_bytes(101'770), "102 kB");
  EXPECT_EQ(in_bytes(47e6), "47 MB");
  EXPECT_EQ(in_bytes(1.5e9), "1.5 GB");
}

TEST(InBytes, TakesTheNextUnitForWhatIsRoundedUpToIt) {
  EXPECT_EQ(in_bytes(999'400), "999 kB");
  EXPECT_EQ(in_bytes(999'600), "1 MB");
  EXPECT_EQ(in_bytes(999.96e9), "1 TB");
}

TEST(InBytes, WritesOutWhatIsBeyondTheLastUnit) {
  EXPECT_EQ(in_bytes(5e15), "5000 TB");
  EXPECT_EQ(in_bytes(999.7e12), "1000 TB");
}

TEST(InOperations, CountsInWords) {
  EXPECT_EQ(in_operations(784), "784");
  EXPECT_EQ(in_operations(999.6), "1 thousand");
  EXPECT_EQ(in_operations(2.345e6), "2.35 million");
  EXPECT_EQ(in_operations(5e12), "5 trillion");
  EXPECT_EQ(in_operations(5e18), "5000000 trillion");
}

}  // namespace
}  // namespace classifier
