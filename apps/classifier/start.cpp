#include "apps/classifier/start.hpp"

#include <cstdio>

#include "apps/classifier/command_line.hpp"
#include "apps/classifier/run/run.hpp"
#include <gradtable/models/io/standard_output.hpp>

namespace classifier {

int start(const Program& program, int argc, const char* const* argv) {
  return gradtable::run_program([&] {
    const CommandLine command = parse_options(program, argc, argv);
    gradtable::write_output(command.output);
    std::fputs(command.error.c_str(), stderr);
    return command.options ? run(program, *command.options)
                           : static_cast<gradtable::ExitCode>(command.exit_code);
  });
}

}  // namespace classifier
