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
  # As g++ says it: tests that limit the address space, or count time, ask for it.
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang AND GRADTABLE_SANITIZERS MATCHES "address|thread")
    string(TOUPPER ${CMAKE_MATCH_0} sanitizer)
    target_compile_definitions(gradtable_options INTERFACE __SANITIZE_${sanitizer}__=1)
  endif()
  target_link_options(gradtable_options INTERFACE -fsanitize=${GRADTABLE_SANITIZERS})
endif()
if(GRADTABLE_FUZZERS)  # the fuzz targets see which branches an input takes
  target_compile_options(gradtable_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)  # the cache must be told that precompiled headers are in use
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

# Code that runs for moments, as programs and tests around the library: optimizing it takes longer than it saves.
set(GRADTABLE_QUICK_TO_COMPILE $<$<CONFIG:Release>:-O1>)

# gradtable_precompile(TARGET headers...): parses these headers, and the standard ones that most sources include, once for
# the whole target: half of the compile time of an ordinary source. Sources include what they use all the same.
function(gradtable_precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <cstdint> <functional> <limits> <map> <memory> <numeric>
    <optional> <span> <string> <string_view> <utility> <vector> ${ARGN})
endfunction()

# gradtable_precompiled(NAME libraries... HEADERS headers...): the same for all targets that are compiled with the options of
# NAME, a target without code, and take its headers by target_precompile_headers(TARGET REUSE_FROM NAME).
function(gradtable_precompiled name)
  cmake_parse_arguments(PRECOMPILED "" "" "HEADERS" ${ARGN})
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE gradtable_options ${PRECOMPILED_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${GRADTABLE_QUICK_TO_COMPILE})
  gradtable_precompile(${name} ${PRECOMPILED_HEADERS})
endfunction()
