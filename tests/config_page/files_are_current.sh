#!/usr/bin/env bash
# The tables of docs/config.md and the JSON Schemas beside the configs are what print_config_page prints:
#   files_are_current.sh PRINT_CONFIG_PAGE ROOT
set -euo pipefail
program=$1
cd "$2"

failed=0
compare() {  # FILE ARGUMENT: the file is what the program prints for the argument
  diff -u -- "$1" <("$program" "$2") && return
  echo "$1 is not current: print_config_page $2 > $1 (by way of another file where they are the same)" >&2
  failed=1
}

compare docs/config.md docs/config.md
for model in apps/*/model.cpp; do
  name=$(basename "$(dirname "$model")")
  compare "apps/$name/configs/config.schema.json" "$name"
done
exit $failed
