// main() of each program with a model.cpp. CMake sets GRADTABLE_MODEL, the name of the program and its
// namespace.
#include "apps/classifier/start.hpp"

namespace GRADTABLE_MODEL {
classifier::Program program();
}

int main(int argc, char** argv) {
  return classifier::start(GRADTABLE_MODEL::program(), argc, argv);
}
