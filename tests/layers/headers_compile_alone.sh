#!/usr/bin/env bash
# Every public header compiles alone. A header without a source of its own is compiled here, with no other headers in reach
# than those of its layer and of the layers below. The others are included first by their sources, which is checked here; the
# preset odr compiles these without precompiled headers.
#   headers_compile_alone.sh COMPILER SOURCE_FOLDER FOLDER_OF_INCLUDE_ROOTS
set -euo pipefail
compiler=$1 source=$2 roots=$3

includes=()
failed=0
for layer in core ops graph models whole; do
  includes+=(-I "$roots/$layer")
  if [ "$layer" = whole ]; then
    headers=(gradtable.hpp xtensor.hpp)
  else
    mapfile -t headers < <(cd "$source" && find "$layer" -name '*.hpp' ! -path '*/detail/*' | sort)
  fi
  for header in "${headers[@]}"; do
    own=$source/${header%.hpp}.cpp
    if [[ $layer != whole && -f $own ]]; then
      if [[ $(grep -m 1 '^#include' "$own") != "#include \"gradtable/$header\"" ]]; then
        echo "${own#"$source"/} does not include gradtable/$header first" >&2
        failed=1
      fi
      continue
    fi
    if ! echo "#include <gradtable/$header>" | "$compiler" -std=c++20 -fsyntax-only "${includes[@]}" -x c++ -; then
      echo "gradtable/$header does not compile alone" >&2
      failed=1
    fi
  done
done
exit $failed
