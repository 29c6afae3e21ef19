#!/usr/bin/env bash
# Installs what is missing, checks the format, builds, and runs all tests. Ends non-zero when one of them fails.
# The last line counts: "N passed, N failed, N skipped".
#
#   scripts/test.sh [--preset release|dev|asan|tsan|odr]
# tsan runs the tests of threads only; odr compiles without precompiled headers and links everything at
# once: it fails where an include is missing, and where a name has two definitions.
#
# MNIST_DIR: the folder of MNIST's four files; tests that read MNIST are skipped unless it is set.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}

preset=release
while [[ $# -gt 0 ]]; do
  case $1 in
    --preset) preset=${2-}; shift $(($# > 1 ? 2 : 1)) ;;
    --preset=*) preset=${1#*=}; shift ;;
    *) fail "unknown argument $1; expected: scripts/test.sh [--preset release|dev|asan|tsan|odr]" ;;
  esac
done
[[ $preset =~ ^(release|dev|asan|tsan|odr)$ ]] || fail "--preset: expected release, dev, asan, tsan or odr, got '$preset'"
if [[ -n ${MNIST_DIR-} ]]; then
  MNIST_DIR=$(realpath --canonicalize-missing -- "$MNIST_DIR")
  export MNIST_DIR
else
  unset MNIST_DIR
fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

# Other versions format a little differently: only the one that the packages bring is asked.
check_format() {
  if ! clang-format --version 2> /dev/null | grep -q 'version 14\.'; then
    echo "format: not checked, there is no clang-format 14"
    return 0
  fi
  find core ops graph models apps bench tests docs \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
    xargs -0 clang-format --dry-run --Werror
}

scripts/install_packages.sh
# Debian's own clang++ compiles the examples and the fuzz targets; without it that test is skipped.
command -v clang++-14 > /dev/null || scripts/install_packages.sh clang-14 libclang-rt-14-dev ||
  echo "clang-14: not installed; its test will be skipped"
# A browser opens the pages of graphs; without it those tests are skipped.
command -v chromium > /dev/null || scripts/install_packages.sh chromium ||
  echo "chromium: not installed; its tests will be skipped"
format=right
check_format || format=wrong

cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$(nproc)"
if [[ $preset == odr ]]; then
  echo "no include is missing, no name has two definitions"
  exit 0
fi

# Counted from the report that ctest writes, whatever it prints.
report=$PWD/build/$preset/tests.xml
rm -f -- "$report"
status=0
ctest --preset "$preset" --output-junit "$report" || status=$?
[[ -s $report ]] || fail "ctest has written no report (exit code $status)"

count() {
  { grep -o "<testcase .*status=\"$1\"" "$report" || true; } | wc -l
}
passed=$(count run)
failed=$(count fail)
skipped=$(($(count notrun) + $(count disabled)))
if [[ $format == wrong ]]; then
  echo "error: the format is not that of .clang-format, see the top of this output" >&2
  status=1
fi
[[ -n ${MNIST_DIR-} ]] || echo "MNIST_DIR is not set: the tests that read MNIST were skipped."
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]] || status=1
exit "$status"
