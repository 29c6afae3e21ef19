#include "apps/mnist_fcnn/progress.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace mnist_fcnn {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::string_view kBeginning = "\r\x1b[K";  // of the line, and nothing behind it

// A failure to write is not an error of the run: the reader may have gone.
void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// A line that is longer than the terminal is wide would scroll at each update.
std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(bool quiet, std::int64_t epochs, std::int64_t images_per_epoch)
    : quiet_(quiet), terminal_(isatty(STDOUT_FILENO) != 0), epochs_(epochs), images_(images_per_epoch) {}

void Progress::say(std::string_view line) const {
  if (!quiet_) print(fmt::format("{}\n", line));
}

void Progress::begin_epoch(std::int64_t epoch) {
  epoch_ = epoch;
  start_ = shown_ = Clock::now();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::update(const gradtable::Score& score) {
  if (quiet_ || !terminal_ || Clock::now() - shown_ < kInterval) return;
  shown_ = Clock::now();
  const double elapsed = seconds();
  const double rate = static_cast<double>(score.images) / elapsed;
  const auto images_left = static_cast<double>((epochs_ - epoch_ + 1) * images_ - score.images);
  const int percent = static_cast<int>(100 * score.images / images_);
  const std::string text =
      line(score, elapsed, fmt::format("  {:2} %  {:.0f} s left", percent, images_left / rate));
  print(fmt::format("{}{}", kBeginning, std::string_view(text).substr(0, terminal_width() - 1)));
}

void Progress::end_epoch(const gradtable::Score& score) {
  if (quiet_) return;
  print(fmt::format("{}{}\n", terminal_ ? kBeginning : "", line(score, seconds(), "")));
}

std::string Progress::line(const gradtable::Score& score, double seconds, std::string_view end) const {
  return fmt::format("epoch {:{}}/{}  loss {:.4f}  accuracy {:5.2f} %  {:7.0f} images/s{}", epoch_,
                     fmt::formatted_size("{}", epochs_), epochs_, score.loss(), 100 * score.accuracy(),
                     static_cast<double>(score.images) / seconds, end);
}

}  // namespace mnist_fcnn
