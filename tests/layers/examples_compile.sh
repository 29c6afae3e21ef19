#!/usr/bin/env bash
# The examples of the pages, and the fuzz targets where libFuzzer's header is there, compile with another
# compiler than the project's, without a warning.
#   examples_compile.sh COMPILER SOURCE_FOLDER FOLDER_OF_INCLUDE_ROOTS
# Ends with 77, which ctest counts as skipped, where the compiler is not there.
set -euo pipefail
compiler=$1 source=$2 roots=$3
command -v "$compiler" > /dev/null || { echo "$compiler is not installed"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
flags=(-std=c++20 -Wall -Wextra -Werror)
for layer in core ops graph models whole apps; do flags+=(-I "$roots/$layer"); done

# The headers once for all.
"$compiler" "${flags[@]}" -x c++-header -o "$folder/headers.pch" "$roots/whole/gradtable/gradtable.hpp"
sources=("$source"/docs/examples/*.cpp)
if echo '#include <fuzzer/FuzzedDataProvider.h>' | "$compiler" -fsyntax-only -x c++ - 2> /dev/null; then
  sources+=("$source"/tests/fuzz/*.cpp)
fi
failed=0
for example in "${sources[@]}"; do
  "$compiler" "${flags[@]}" -fsyntax-only -include-pch "$folder/headers.pch" "$example" ||
    { echo "$example does not compile with $compiler" >&2; failed=1; }
done
exit $failed
