# cmake --install: headers under include/gradtable, the libraries, a find_package config and a pkg-config file; the
# programs, and under share/gradtable their configs and the script that fetches MNIST.
include(CMakePackageConfigHelpers)

foreach(layer IN ITEMS core ops graph models)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${layer} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradtable
    FILES_MATCHING PATTERN "*.hpp" PATTERN "onnx" EXCLUDE)
endforeach()
install(FILES models/gradtable.hpp core/xtensor.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradtable)
install(TARGETS gradtable gradtable_models gradtable_graph gradtable_ops gradtable_core EXPORT gradtableTargets)
install(EXPORT gradtableTargets NAMESPACE gradtable:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradtable)
if(GRADTABLE_HAS_ONNX)  # the component onnx of find_package
  install(FILES models/onnx/import.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradtable/models/onnx)
  install(TARGETS gradtable_onnx EXPORT gradtableOnnxTargets)
  install(EXPORT gradtableOnnxTargets NAMESPACE gradtable:: FILE gradtableOnnxTargets.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradtable)
endif()

configure_package_config_file(cmake/gradtableConfig.cmake.in ${PROJECT_BINARY_DIR}/gradtableConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradtable)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradtableConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradtableConfig.cmake ${PROJECT_BINARY_DIR}/gradtableConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gradtable)

# Relative to where the file lies, so that the installed tree can be moved.
file(RELATIVE_PATH include_from_pkgconfig /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix/${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/gradtable.pc.in gradtable.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gradtable.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Configs of the tree keep data and results in its root, those that are installed in the user's home: who runs them may
# not write where they lie.
get_property(programs GLOBAL PROPERTY gradtable_programs)
install(TARGETS ${programs})
foreach(program IN LISTS programs)
  file(GLOB configs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/apps/${program}/configs/*)
  foreach(config IN LISTS configs)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${config})
    get_filename_component(name ${config} NAME)
    set(installed ${PROJECT_BINARY_DIR}/share/gradtable/${program}/${name})
    file(READ ${config} text)
    string(REPLACE "\"../../../" "\"~/gradtable/" text "${text}")
    file(CONFIGURE OUTPUT ${installed} CONTENT "${text}" @ONLY)
    install(FILES ${installed} DESTINATION ${CMAKE_INSTALL_DATADIR}/gradtable/${program})
  endforeach()
endforeach()
install(PROGRAMS scripts/fetch_mnist.sh DESTINATION ${CMAKE_INSTALL_DATADIR}/gradtable/scripts)
