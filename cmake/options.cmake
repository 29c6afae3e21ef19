# How our own code is compiled, as properties of targets: language, warnings, sanitizers.
add_library(gradtable_options INTERFACE)
target_compile_features(gradtable_options INTERFACE cxx_std_20)
target_compile_options(gradtable_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)
# Places in the source, which messages and drawings show, start at the root of the project.
target_compile_options(gradtable_options INTERFACE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(GRADTABLE_WARNINGS_AS_ERRORS)
  target_compile_options(gradtable_options INTERFACE -Werror)
endif()
if(GRADTABLE_SANITIZERS)  # warnings stay warnings: with sanitizers g++ 12 gives false ones inside its own <regex>
  target_compile_options(gradtable_options INTERFACE -fsanitize=${GRADTABLE_SANITIZERS} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(gradtable_options INTERFACE -fsanitize=${GRADTABLE_SANITIZERS})
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
