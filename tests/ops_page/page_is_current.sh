#!/usr/bin/env bash
# docs/ops.md is what print_ops_page prints: page_is_current.sh PRINT_OPS_PAGE ROOT
set -euo pipefail

if ! diff -u -- "$2/docs/ops.md" <("$1" "$2/tests/models/onnx/cases.txt"); then
  echo "docs/ops.md is not current: print_ops_page tests/models/onnx/cases.txt > docs/ops.md" >&2
  exit 1
fi
