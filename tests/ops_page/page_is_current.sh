#!/usr/bin/env bash
# docs/ops.md is what print_ops_page prints: page_is_current.sh PRINT_OPS_PAGE ROOT
set -euo pipefail

export LC_ALL=C
cd -- "$2"
if ! diff -u -- docs/ops.md <("$1" tests/models/onnx/cases.txt <(awk -f scripts/signatures.awk ops/*.hpp)); then
  echo "docs/ops.md is not current: print_ops_page tests/models/onnx/cases.txt <(awk -f scripts/signatures.awk ops/*.hpp) > docs/ops.md" >&2
  exit 1
fi
