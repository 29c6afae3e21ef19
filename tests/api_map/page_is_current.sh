#!/usr/bin/env bash
# docs/api.md is what scripts/print_api_map.sh prints: page_is_current.sh ROOT
set -euo pipefail

if ! diff -u -- "$1/docs/api.md" <("$1/scripts/print_api_map.sh"); then
  echo "docs/api.md is not current: scripts/print_api_map.sh > docs/api.md" >&2
  exit 1
fi
