// The end of a program: one line on standard error, and an exit code for the kind of failure.
#pragma once

#include <functional>

namespace gradtable {

enum class ExitCode : int {
  ok = 0,
  other = 1,       // any exception that is not named below
  usage = 2,       // ConfigError: the command line or the configuration
  data = 3,        // DataError
  checkpoint = 4,  // CheckpointError
  numeric = 5,     // NumericError
  output = 6,      // OutputError, no memory, or a thread that the system refuses
  interrupted = 130
};

// Runs the body of a program and returns what main() is to return: the body's own exit code or, after an
// exception, the code of its class, with "error: <message>" on standard error. The message stays one line,
// whatever bytes a file name in it has. A body that returns has still failed if standard output could not
// be written: ExitCode::output, without a message where its reader has closed it. SIGPIPE and SIGXFSZ are
// ignored from here on: a closed reader and a file that is too large are the error of a write. SIGINT and
// SIGTERM end the process with `interrupted` at once, between two files (InterruptExit), unless the body has
// an InterruptGuard. Standard streams that are closed are those of /dev/null.
int run_program(const std::function<ExitCode()>& body);

}  // namespace gradtable
