#!/usr/bin/env bash
# core <- ops <- graph <- models <- apps: no #include points from a layer to one that comes after it, what a layer
# keeps to itself stays inside it, and xtensor stays out of public headers, but for the bridge to it. Of models/ only
# reports use reports.
#   include_directions.sh SOURCE_FOLDER
set -euo pipefail
cd "$1"

failed=0
refuse() {
  echo "$1:"
  echo "$2"
  failed=1
}

later=(core ops graph models apps)
for layer in core ops graph models; do
  later=("${later[@]:1}")
  pattern=$(IFS='|'; echo "${later[*]}")
  found=$(grep -rnE "#include [\"<](gradtable/)?($pattern)/" "$layer" --include='*.[ch]pp' |
    grep -v '^models/gradtable.hpp' || true)
  [ -z "$found" ] || refuse "$layer includes a later layer" "$found"
  found=$(grep -rnE "#include [\"<]gradtable/$layer/(.*/)?(detail|execution|rewrites)/" core ops graph models apps bench |
    grep -v "^$layer/" || true)
  [ -z "$found" ] || refuse "details of $layer are used outside of it" "$found"
done
found=$(grep -rn 'gradtable/models/report/' models --include='*.[ch]pp' | grep -v '^models/report/' || true)
[ -z "$found" ] || refuse "a part of models uses reports" "$found"
found=$(grep -rnE '#include [<"](xtensor|xsimd|xtensor-blas)/' core ops graph models --include='*.hpp' |
  grep -vE '^core/xtensor.hpp|/detail/' || true)
[ -z "$found" ] || refuse "a public header needs xtensor" "$found"
exit $failed
