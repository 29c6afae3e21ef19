#include "apps/classifier/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include <fmt/format.h>
#include <gradtable/core/text.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

namespace classifier {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::string_view kBeginning = "\r\x1b[K";  // of the line, and nothing behind it

// A failure to write is not an error of the run: the reader may have gone.
void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// How wide a line may be: one that is longer than the terminal is wide would scroll at each update.
std::size_t room_in_line(bool terminal) {
  if (!terminal) return std::numeric_limits<std::size_t>::max();
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79U;
}

}  // namespace

std::string duration(double seconds) {
  constexpr double kLongest = 1e9;
  const auto s = seconds > 0 ? static_cast<std::int64_t>(std::ceil(std::min(seconds, kLongest))) : 0;
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}:{:02} min", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02} h", s / 3600, s / 60 % 60, s % 60);
}

Progress::Progress(bool quiet, std::int64_t epochs, std::int64_t images_per_epoch)
    : quiet_(quiet), terminal_(isatty(STDOUT_FILENO) != 0), epochs_(epochs), images_(images_per_epoch) {}

Progress::~Progress() {
  if (line_is_open_) print("\n");
}

void Progress::say(std::string_view line) const {
  if (!quiet_) print(fmt::format("{}\n", gradtable::printable(line)));
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
  const double rate = static_cast<double>(score.images) / seconds();
  const auto images_left = static_cast<double>(epochs_ - epoch_ + 1) * static_cast<double>(images_) -
                           static_cast<double>(score.images);
  show(line(score, rate, duration(images_left / rate) + " left"), "");
  line_is_open_ = true;
}

void Progress::end_epoch(const gradtable::Score& score) {
  if (quiet_) return;
  show(line(score, static_cast<double>(score.images) / seconds(), ""), "\n");
  line_is_open_ = false;
}

// The fullest form that the terminal has room for.
std::string Progress::line(const gradtable::Score& score, double rate, std::string_view left) const {
  const std::size_t room = room_in_line(terminal_);
  const std::string epoch = fmt::format("{:{}}/{}", epoch_, fmt::formatted_size("{}", epochs_), epochs_);
  const double loss = score.loss();
  const double accuracy = 100 * score.accuracy();
  const std::string percent = left.empty()
                                  ? ""
                                  : fmt::format("  {:2.0f} %", 100.0 * static_cast<double>(score.images) /
                                                                   static_cast<double>(images_));
  const std::string_view space = left.empty() ? "" : "  ";
  const std::string full = fmt::format("epoch {}{}  loss {:.4f}  accuracy {:6.2f} %  {:7.0f} images/s{}{}",
                                       epoch, percent, loss, accuracy, rate, space, left);
  if (full.size() <= room) return full;
  const std::string shorter =
      fmt::format("{}  loss {:.4f}  acc {:.2f} %  {:.0f}/s{}{}", epoch, loss, accuracy, rate, space, left);
  if (shorter.size() <= room) return shorter;
  return fmt::format("{} {:.4f} {:.2f}% {:.0f}/s {}", epoch, loss, accuracy, rate, left).substr(0, room);
}

void Progress::show(std::string_view text, std::string_view end) {
  print(fmt::format("{}{}{}", terminal_ ? kBeginning : "", text, end));
}

}  // namespace classifier
