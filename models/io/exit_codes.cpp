#include "gradtable/models/io/exit_codes.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/models/io/interrupt.hpp"
#include "gradtable/models/io/standard_output.hpp"

namespace gradtable {
namespace {

ExitCode code_of(const std::exception& error) {
  if (dynamic_cast<const ConfigError*>(&error)) return ExitCode::usage;
  if (dynamic_cast<const DataError*>(&error)) return ExitCode::data;
  if (dynamic_cast<const CheckpointError*>(&error)) return ExitCode::checkpoint;
  if (dynamic_cast<const NumericError*>(&error)) return ExitCode::numeric;
  if (dynamic_cast<const OutputError*>(&error)) return ExitCode::output;
  if (dynamic_cast<const std::system_error*>(&error)) return ExitCode::output;
  return ExitCode::other;
}

// A file opened later must not get the number of a closed standard stream: it would receive what is printed.
void open_standard_streams() {
  int descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDWR);
  if (descriptor >= 0) close(descriptor);
}

// What fmt::print throws, or null. It does not say where it could not write: nothing else is printed by it
// than standard output.
const std::system_error* as_failure_to_print(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  return system && std::string_view(error.what()).starts_with("cannot write to file") ? system : nullptr;
}

// Whoever closed standard output knows it.
bool is_closed_output(const std::exception& error) {
  const std::system_error* print = as_failure_to_print(error);
  return dynamic_cast<const ClosedOutput*>(&error) || (print && print->code() == std::errc::broken_pipe);
}

std::string sentence_of(const std::exception& error) {
  if (const std::system_error* print = as_failure_to_print(error))
    return "standard output: " + print->code().message() + "; expected a place that takes all of it";
  return error.what();
}

}  // namespace

int run_program(const std::function<ExitCode()>& body) {
  open_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const InterruptExit at_signals(static_cast<int>(ExitCode::interrupted));
  try {
    const ExitCode code = body();
    if (code == ExitCode::ok) finish_output();
    return static_cast<int>(code);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\n", stderr);
    return static_cast<int>(ExitCode::output);
  } catch (const std::exception& error) {
    if (!is_closed_output(error))
      std::fputs(("error: " + printable(sentence_of(error)) + "\n").c_str(), stderr);
    return static_cast<int>(code_of(error));
  }
}

}  // namespace gradtable
