// mnist_fcnn CONFIG: trains and evaluates a fully connected network on MNIST or data of the same form.
#include <cstdio>

#include "apps/mnist_fcnn/options.hpp"
#include "apps/mnist_fcnn/run.hpp"

int main(int argc, char** argv) {
  return gradtable::run_program([&] {
    const mnist_fcnn::CommandLine command = mnist_fcnn::parse_options(argc, argv);
    std::fputs(command.output.c_str(), stdout);
    std::fputs(command.error.c_str(), stderr);
    return command.options ? mnist_fcnn::run(*command.options)
                           : static_cast<gradtable::ExitCode>(command.exit_code);
  });
}
