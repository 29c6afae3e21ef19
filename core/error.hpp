// The exceptions of gradtable. Every message is one sentence: where, what was expected, what was found.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace gradtable {

// The place in the user's source at which a node was made; error messages and drawings show it.
// std::source_location would do the same, but clang++ 14 does not have it.
class Location {
 public:
  constexpr Location() noexcept = default;

  // As a default argument: the file and line of the call.
  static constexpr Location current(const char* file = __builtin_FILE(),
                                    std::uint_least32_t line = __builtin_LINE()) noexcept {
    Location here;
    here.file_ = file;
    here.line_ = line;
    return here;
  }

  constexpr const char* file_name() const noexcept { return file_; }
  constexpr std::uint_least32_t line() const noexcept { return line_; }

 private:
  const char* file_ = "";
  std::uint_least32_t line_ = 0;
};

// The message stays on one line, whatever bytes a name or a file in it has: it is passed through
// printable().
struct Error : std::runtime_error {
  explicit Error(const std::string& message);

  // Appends where it happened, which whoever throws does not know: the node of a run, a file. The error keeps
  // its class: catch (Error& error) { error.append(...); throw; }
  void append(const std::string& text);
};

// A shape or element type that an op does not take.
struct ShapeError : Error {
  using Error::Error;
};

// A graph that is built or run in a meaningless way: an empty tensor, two graphs mixed, a missing
// feed.
struct GraphError : Error {
  using Error::Error;
};

// A gradient that does not exist: z is not a scalar, a target is not reached, an op has no derivative.
struct GradientError : Error {
  using Error::Error;
};

// A setting out of its range, of the wrong type, or unknown.
struct ConfigError : Error {
  using Error::Error;
};

// A data set that is damaged or does not fit.
struct DataError : Error {
  using Error::Error;
};

// A checkpoint or model file that cannot be read, is damaged, or does not fit.
struct CheckpointError : Error {
  using Error::Error;
};

// An ONNX model that is damaged, or asks for what gradtable does not have.
struct OnnxError : CheckpointError {
  using CheckpointError::CheckpointError;
};

// A file that cannot be created or written.
struct OutputError : Error {
  using Error::Error;
};

// A value that became infinite or not a number.
struct NumericError : Error {
  using Error::Error;
};

// "apps/demo.cpp:41"
std::string to_string(const Location& at);

}  // namespace gradtable
