# gradtable_layer(NAME USES layers... PUBLIC libraries... PRIVATE libraries... WITHOUT folder)
#
# Makes the library gradtable_NAME (gradtable::NAME) of all sources below the current folder, except those WITHOUT. Its headers are reached
# as <gradtable/NAME/...>, in the tree as when installed: each layer has an include root of its own, a folder with one
# link to the layer's sources, so that including a header of a layer that is not among USES does not compile.
function(gradtable_layer name)
  cmake_parse_arguments(LAYER "" "WITHOUT" "USES;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  if(LAYER_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${LAYER_WITHOUT}/")
  endif()
  set(include_root ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include_root}/gradtable)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/gradtable/${name} SYMBOLIC)

  set(target gradtable_${name})
  add_library(${target} STATIC ${sources})
  add_library(gradtable::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${include_root}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  list(TRANSFORM LAYER_USES PREPEND gradtable_)
  target_link_libraries(${target} PUBLIC ${LAYER_USES} ${LAYER_PUBLIC}
    PRIVATE $<BUILD_INTERFACE:gradtable_options> ${LAYER_PRIVATE})
  if(name MATCHES "^(core|ops)$")  # ops have options of their own, and the machine code of loops must not depend on neighbours
    gradtable_precompile(${target} <fmt/format.h>)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  else()
    target_precompile_headers(${target} REUSE_FROM gradtable_core)
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
endfunction()
