#!/usr/bin/env bash
# A project outside of the tree finds, builds with and runs the installed gradtable, by CMake and by pkg-config.
#   install_test.sh CMAKE COMPILER BUILD_FOLDER FOLDER_OF_THE_OUTSIDE_PROJECT
set -euo pipefail
cmake=$1 compiler=$2 build=$3 project=$4

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$cmake" --install "$build" --prefix "$folder/installed" >"$folder/log" || { cat "$folder/log"; exit 1; }
test -f "$folder/installed/include/gradtable/gradtable.hpp"

"$cmake" -S "$project" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/installed" -DCMAKE_BUILD_TYPE=Release
"$cmake" --build "$folder/build"
"$folder/build/outside"
[ ! -x "$folder/build/outside_onnx" ] || "$folder/build/outside_onnx"

pc=$(dirname "$(find "$folder/installed" -name gradtable.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs gradtable)
# shellcheck disable=SC2086  # the flags are words
"$compiler" "$project/main.cpp" -o "$folder/outside" $flags
"$folder/outside"
