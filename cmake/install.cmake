# cmake --install: headers under include/gradtable, the libraries, a find_package config and a pkg-config file.
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
