// idx_dump images|labels FILE OUT INDEX: one image or label of an IDX file as text.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gradtable/core/error.hpp>
#include <gradtable/models/config/user_path.hpp>
#include <gradtable/models/data/formats/idx.hpp>
#include <gradtable/models/io/atomic_file.hpp>
#include <gradtable/models/io/exit_codes.hpp>

namespace gradtable {
namespace {

constexpr std::string_view kUsage = "idx_dump images|labels FILE OUT INDEX";
constexpr std::string_view kHelp = R"(
Writes image or label number INDEX (from 0) of the IDX file FILE, plain or gzip, to the file OUT as text:
the rank, each extent, then every value, each on a line of its own. Pixels of integers are divided by 255,
those of floating-point numbers stay as they are; a label, of a list or of the first column of a table, is
written one-hot, 10 long.

  --help, -h  this text
  --version   the version

Exit codes: 0 ok, 2 usage, 3 data set, 6 output.
)";
constexpr int kClasses = 10;
// A pixel is shown, whatever it is.
const IdxOptions kOptions{.largest_pixel = std::numeric_limits<double>::infinity()};

struct Arguments {
  bool images = false;
  std::string file;
  std::string out;
  std::string index;
};

[[noreturn]] void refuse(std::string_view found) {
  throw ConfigError(fmt::format("{}; expected {}", found, kUsage));
}

Arguments parse(std::span<const std::string_view> arguments) {
  for (const std::string_view argument : arguments)
    if (argument.starts_with("--")) refuse(fmt::format("unknown flag '{}'", argument));
  if (arguments.size() != 4) refuse(fmt::format("{} arguments", arguments.size()));
  if (arguments[0] != "images" && arguments[0] != "labels")
    refuse(fmt::format("'{}' for images or labels", arguments[0]));
  return {arguments[0] == "images", config::user_path(arguments[1], "FILE").string(),
          config::user_path(arguments[2], "OUT").string(), std::string(arguments[3])};
}

// The argument INDEX as a number below `count`.
std::size_t parse_index(const Arguments& arguments, std::size_t count) {
  const std::string& text = arguments.index;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size() || index >= count)
    throw ConfigError(fmt::format("INDEX is '{}'; expected a whole number from 0 to {}, as {} has {} {}",
                                  text, count - 1, arguments.file, count,
                                  arguments.images ? "images" : "labels"));
  return index;
}

// The shortest decimal form that reads back as the same number, without an exponent.
template <class T>
void append_line(std::string& text, T value) {
  char buffer[512];
  const auto result = std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::fixed);
  text.append(buffer, result.ptr).push_back('\n');
}

std::string image_text(const Arguments& arguments) {
  const IdxImages images = read_idx_images(arguments.file, kOptions);
  const std::size_t index = parse_index(arguments, static_cast<std::size_t>(images.count));
  const auto size = static_cast<std::size_t>(images.rows * images.columns);
  std::string text = fmt::format("2\n{}\n{}\n", images.rows, images.columns);
  if (!images.numbers.empty()) {
    for (const float number : std::span(images.numbers).subspan(index * size, size))
      append_line(text, number);
    return text;
  }
  for (const std::uint8_t pixel : std::span(images.pixels).subspan(index * size, size))
    append_line(text, pixel / 255.0);
  return text;
}

std::string label_text(const Arguments& arguments) {
  const IdxLabels labels = read_idx_labels(arguments.file);
  const std::size_t index = parse_index(arguments, labels.classes.size());
  const int label = labels.classes[index];
  if (label >= kClasses)
    throw DataError(fmt::format("{}@byte {}: label {} at index {}; expected a label below {}", arguments.file,
                                labels.first_byte + labels.stride * static_cast<std::int64_t>(index), label,
                                index, kClasses));
  std::string text = fmt::format("1\n{}\n", kClasses);
  for (int i = 0; i < kClasses; ++i) append_line(text, i == label ? 1.0 : 0.0);
  return text;
}

ExitCode dump(std::span<const std::string_view> arguments) {
  const auto is_help = [](std::string_view argument) { return argument == "--help" || argument == "-h"; };
  if (std::ranges::any_of(arguments, is_help)) {
    fmt::print("usage: {}\n{}", kUsage, kHelp);
  } else if (arguments.size() == 1 && arguments[0] == "--version") {
    fmt::print("idx_dump " GRADTABLE_VERSION "\n");
  } else {
    const Arguments parsed = parse(arguments);
    write_file_atomically(parsed.out, parsed.images ? image_text(parsed) : label_text(parsed));
  }
  return ExitCode::ok;
}

}  // namespace
}  // namespace gradtable

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return gradtable::run_program([&] { return gradtable::dump(arguments); });
}
