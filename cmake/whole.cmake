# gradtable::gradtable, all layers at once, and the headers that stand for the whole: <gradtable/gradtable.hpp>,
# and <gradtable/xtensor.hpp> as a bridge to xtensor.
set(whole_include_root ${PROJECT_BINARY_DIR}/include/whole)
file(MAKE_DIRECTORY ${whole_include_root}/gradtable)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/models/gradtable.hpp ${whole_include_root}/gradtable/gradtable.hpp SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/core/xtensor.hpp ${whole_include_root}/gradtable/xtensor.hpp SYMBOLIC)

add_library(gradtable INTERFACE)
add_library(gradtable::gradtable ALIAS gradtable)
target_include_directories(gradtable INTERFACE
  $<BUILD_INTERFACE:${whole_include_root}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(gradtable INTERFACE gradtable_models)
