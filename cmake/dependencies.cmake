# Every package that gradtable uses, by its Debian name where that differs. scripts/install_packages.sh installs them.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(CLI11 REQUIRED)
find_package(xtensor REQUIRED)       # libxtensor-dev, libxtensor-blas-dev, libxsimd-dev
set(BLA_VENDOR OpenBLAS)
find_package(BLAS REQUIRED)          # libopenblas-openmp-dev
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
find_path(XTENSOR_BLAS_INCLUDE_DIR xtensor-blas/xblas.hpp REQUIRED)
if(GRADTABLE_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

set(GRADTABLE_HAS_ONNX OFF)
if(GRADTABLE_ONNX)
  find_package(Protobuf QUIET)     # libprotobuf-dev
  find_package(ONNX CONFIG QUIET)  # libonnx-dev; libonnx-testdata for tests
  if(Protobuf_FOUND AND ONNX_FOUND)
    set(GRADTABLE_HAS_ONNX ON)
    message(STATUS "ONNX importer: yes, with ONNX ${ONNX_VERSION} and protobuf ${Protobuf_VERSION}")
  else()
    message(STATUS "ONNX importer: no, libonnx-dev or libprotobuf-dev is missing")
  endif()
else()
  message(STATUS "ONNX importer: no, GRADTABLE_ONNX is off")
endif()

# The way of ops/ to BLAS, and the bridge for users: headers only, and in no public header but gradtable/xtensor.hpp.
add_library(gradtable_xtensor INTERFACE)
target_include_directories(gradtable_xtensor SYSTEM INTERFACE
  $<TARGET_PROPERTY:xtensor,INTERFACE_INCLUDE_DIRECTORIES> ${XTENSOR_BLAS_INCLUDE_DIR})
target_compile_definitions(gradtable_xtensor INTERFACE XTENSOR_USE_XSIMD HAVE_CBLAS=1)
target_link_libraries(gradtable_xtensor INTERFACE BLAS::BLAS)
