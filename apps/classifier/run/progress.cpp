#include "apps/classifier/run/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>

#include <fmt/format.h>
#include <gradtable/core/text.hpp>
#include <gradtable/models/io/standard_output.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

namespace classifier {
namespace {

constexpr std::chrono::milliseconds kInterval{100};
constexpr std::string_view kBeginning = "\r\x1b[K";  // to the start of the line, which is cleared

// A failure to write is not an error of a training, whose results are files: the reader may have gone.
void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  std::clearerr(stdout);
}

// How wide a line may be: one that is longer than the terminal is wide would scroll at each update.
std::size_t room_in_line(bool terminal) {
  if (!terminal) return std::numeric_limits<std::size_t>::max();
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79U;
}

// Of so many epochs, how many have one line together: 1, 2 or 5 times a power of ten.
std::int64_t epochs_of_a_line(std::int64_t epochs) {
  constexpr std::int64_t kMostLines = 100;
  for (std::int64_t power = 1;; power *= 10)
    for (const std::int64_t digit : {1, 2, 5})
      if (digit * power >= (epochs + kMostLines - 1) / kMostLines) return digit * power;
}

// Units a thousand apart. What is rounded to 1000 of one is 1 of the next; the last takes all that is more.
std::string in_units(double value, std::span<const std::string_view> units) {
  constexpr double kRoundedUp = 999.5;
  for (; value >= kRoundedUp && units.size() > 1; units = units.subspan(1)) value /= 1000;
  return value >= kRoundedUp ? fmt::format("{:.0f}{}", value, units.front())
                             : fmt::format("{:.3g}{}", value, units.front());
}

// A loss beyond what a line has room for has an exponent.
std::string loss_text(double loss) {
  constexpr double kLong = 1e6;
  return std::abs(loss) < kLong ? fmt::format("{:.4f}", loss) : fmt::format("{:.4g}", loss);
}

// Lines of at most `room` characters, broken between words; all but the first begin below the text behind
// the label: "network  784-128-10".
std::string wrapped(std::string_view line, std::size_t room) {
  const std::size_t label = line.find("  ");
  const std::size_t indent = label == std::string_view::npos ? 0 : line.find_first_not_of(' ', label);
  if (line.size() <= room || indent == std::string_view::npos || room <= 2 * indent) return std::string(line);
  std::string text;
  for (std::size_t left = room; line.size() > left; left = room - indent) {
    const std::size_t space = line.rfind(' ', left);
    if (space == std::string_view::npos || space <= (text.empty() ? indent : 0)) break;
    text += fmt::format("{}\n{:{}}", line.substr(0, space), "", indent);
    line.remove_prefix(space + 1);
  }
  return text + std::string(line);
}

}  // namespace

std::string duration(double seconds) {
  constexpr double kLongest = 1e9;
  const auto s = seconds > 0 ? static_cast<std::int64_t>(std::ceil(std::min(seconds, kLongest))) : 0;
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string in_bytes(double bytes) {
  static constexpr std::string_view kUnits[] = {" bytes", " kB", " MB", " GB", " TB"};
  return in_units(bytes, kUnits);
}

std::string in_operations(double operations) {
  static constexpr std::string_view kUnits[] = {"", " thousand", " million", " billion", " trillion"};
  return in_units(operations, kUnits);
}

std::string test_line(const gradtable::Score& score) {
  return fmt::format("test     loss {}  accuracy {:6.2f} %  ({} of {})", loss_text(score.loss()),
                     100 * score.accuracy(), score.correct(), score.examples);
}

void say_result(std::string_view line) {
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  gradtable::write_output(fmt::format("{}\n", wrapped(gradtable::printable(line), room_in_line(terminal))));
}

Progress::Progress(bool quiet, std::int64_t epochs, std::int64_t images_per_epoch)
    : quiet_(quiet),
      terminal_(isatty(STDOUT_FILENO) != 0),
      epochs_(epochs),
      every_(terminal_ ? epochs_of_a_line(epochs) : 1),
      images_(images_per_epoch) {}

Progress::~Progress() {
  if (line_is_open_) print("\n");
}

void Progress::say(std::string_view line) const {
  if (quiet_) return;
  print(fmt::format("{}{}\n", line_is_open_ ? "\n" : "",
                    wrapped(gradtable::printable(line), room_in_line(terminal_))));
  line_is_open_ = false;
}

void Progress::begin_epoch(std::int64_t epoch, std::int64_t images) {
  epoch_ = epoch;
  before_ = images;
  start_ = shown_ = Clock::now();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

Progress::Line Progress::line(const gradtable::Score& score, std::string end) const {
  return {.train = {score.loss(), score.accuracy()},
          .images_per_second = static_cast<double>(score.examples - before_) / seconds(),
          .end = std::move(end),
          .images = score.examples};
}

void Progress::update(const gradtable::Score& score) {
  if (quiet_ || !terminal_ || Clock::now() - shown_ < kInterval) return;
  shown_ = Clock::now();
  const auto images_left = static_cast<double>(epochs_ - epoch_ + 1) * static_cast<double>(images_) -
                           static_cast<double>(score.examples);
  const double rate = static_cast<double>(score.examples - before_) / seconds();
  show(text(line(score, duration(images_left / rate) + " left")), "");
  line_is_open_ = true;
}

void Progress::end_epoch(const gradtable::EpochMetrics& epoch) {
  if (quiet_) return;
  const bool stays = epoch.epoch == 1 || epoch.epoch % every_ == 0 || epoch.epoch == epochs_;
  if (!stays && Clock::now() - ended_ < kInterval) return;
  ended_ = Clock::now();
  const auto measured = [&](const std::string& set) -> std::optional<Measured> {
    const auto loss = epoch.find(set + "_loss"), accuracy = epoch.find(set + "_accuracy");
    return loss && accuracy ? std::optional(Measured{*loss, *accuracy}) : std::nullopt;
  };
  show(text({.train = measured("train").value_or(Measured{}),
             .images_per_second = epoch.examples_per_second,
             .validation = measured("validation"),
             .test = measured("test")}),
       stays ? "\n" : "");
  line_is_open_ = !stays;
}

void Progress::stop(const gradtable::Score& score) {
  if (quiet_ || score.examples == before_) return;
  show(text(line(score, "stopped")), "\n");
  line_is_open_ = false;
}

std::string Progress::text(const Line& line) const {
  const std::size_t room = room_in_line(terminal_);
  const std::string epoch = fmt::format("{:{}}/{}", epoch_, fmt::formatted_size("{}", epochs_), epochs_);
  const double part =
      line.images ? 100 * static_cast<double>(*line.images) / static_cast<double>(images_) : 100;
  const std::string percent = line.images ? fmt::format("  {:2.0f} %", part) : "";
  const std::string end = line.end.empty() ? "" : "  " + line.end;
  const auto evaluated = [&](std::string_view form) {
    std::string all;
    if (line.validation)
      all += fmt::format(fmt::runtime(form), "validation", loss_text(line.validation->loss),
                         100 * line.validation->accuracy);
    if (line.test)
      all += fmt::format(fmt::runtime(form), "test", loss_text(line.test->loss), 100 * line.test->accuracy);
    return all;
  };
  const std::string loss = loss_text(line.train.loss);
  const double accuracy = 100 * line.train.accuracy;
  const std::string forms[] = {
      fmt::format("epoch {}{}  loss {}  accuracy {:6.2f} %{}  {:7.0f} images/s{}", epoch, percent, loss,
                  accuracy, evaluated("  {} loss {} accuracy {:6.2f} %"), line.images_per_second, end),
      fmt::format("epoch {}{}  loss {} acc {:6.2f} %{}{}", epoch, percent, loss, accuracy,
                  evaluated("  {} {} {:6.2f} %"), end),
      fmt::format("{}{}  train {} {:6.2f}%{}{}", epoch, percent, loss, accuracy,
                  evaluated("  {} {} {:6.2f}%"), end),
      fmt::format("{} {} {:.2f}%{}", epoch, loss, accuracy, end)};
  for (const std::string& form : forms)
    if (form.size() <= room) return form;
  return forms[std::size(forms) - 1].substr(0, room);
}

void Progress::show(std::string_view text, std::string_view end) {
  print(fmt::format("{}{}{}", terminal_ ? kBeginning : "", text, end));
}

}  // namespace classifier
