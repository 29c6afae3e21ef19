#!/usr/bin/env bash
# Prints docs/api.md from the public headers, for each its first sentence and the names it declares:
#   scripts/print_api_map.sh > docs/api.md
set -euo pipefail
export LC_ALL=C
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

cat << 'END'
# The API map

Every public header of `core/`, `graph/` and `models/`: what it is for, the names it declares, and each function with the
first sentence of its comment. The headers are the reference: they have the formulas, shapes, units and errors. [The
ops](ops.md) have a page of their own. `#include <gradtable/gradtable.hpp>` includes the headers that most programs need.

Signatures leave out the last parameter of many functions, `Location at = Location::current()`: the place in your source that
messages name. Members stand under their class. A sentence that several functions share stands at the first of them.

`scripts/print_api_map.sh` prints this page from the headers, and a test compares the two.
END

# A list of a header's functions; nothing where there is none.
print_functions() {
  awk -f scripts/signatures.awk "$1" | awk -F '\t' '
    NR == 1 { printf "`%s`\n\n", $1 }
    { printf "- `%s`%s\n", $2, $3 != "" && $3 != said ? ": " $3 : ""; said = $3 }'
}

# A row for a header; nothing for one that declares only what belongs to the library itself.
print_row() {
  awk '
    function place(    i, path) {  # the namespaces inside gradtable: "layers::"
      for (i = 2; i <= depth; ++i) path = path space[i] "::"
      return path
    }
    function add(name) {
      if (hidden || !depth || (name in seen)) return
      seen[name] = 1
      names = names (names ? ", " : "") "`" place() name "`"
    }
    BEGIN { comment = 1 }
    # The first comment, until its first empty line.
    comment && /^\/\/ / { text = text (text ? " " : "") substr($0, 4); next }
    { comment = 0 }
    /^namespace .*\{$/ {
      opened = split($2, parts, "::")
      for (i = 1; i <= opened; ++i) {
        space[++depth] = parts[i]
        if (parts[i] == "detail") ++hidden
      }
      closes[++blocks] = opened
      next
    }
    /^\}/ {  # the end of a declaration with a body, or of a namespace
      if (!body) for (i = closes[blocks--]; i > 0; --i) if (space[depth--] == "detail") --hidden
      body = 0
      next
    }
    /\{$/ { body = 1 }
    # Declarations begin at the first column, what belongs to them further in.
    /^(class|struct|enum)( class)? (\[\[[a-z]+\]\] )?[A-Z][A-Za-z_0-9]*/ {
      match($0, /[A-Z][A-Za-z_0-9]*/)
      if ($0 !~ /;$/ || $0 ~ /\}/) add(substr($0, RSTART, RLENGTH))
      next
    }
    /^using [A-Za-z_0-9]+ =/ { add($2); next }
    /^(inline )?constexpr .* k[A-Z][A-Za-z_0-9]*/ {
      match($0, / k[A-Z][A-Za-z_0-9]*/)
      add(substr($0, RSTART + 1, RLENGTH - 1))
      next
    }
    /^[A-Za-z_\[].*[ &*>][a-z_][a-z_0-9]*\(/ && !/^(template|static_assert|namespace|using)/ {
      match($0, /[ &*>][a-z_][a-z_0-9]*\(/)
      add(substr($0, RSTART + 1, RLENGTH - 2))
    }
    END {
      if (!names) exit
      if (match(text, /\.( [A-Z]| docs\/|$)/)) text = substr(text, 1, RSTART)
      sub(/:$/, ".", text)
      gsub(/[|]/, "\\\\|", text)
      printf "| [`%s`](../%s) | %s | %s |\n", FILENAME, FILENAME, text, names
    }' "$1"
}

folder= functions=
end_folder() {
  printf '%s' "$functions"
  functions=
}
while read -r header; do
  row=$(print_row "$header")
  [[ -n $row ]] || continue
  if [[ $folder != "${header%/*}" ]]; then
    end_folder
    folder=${header%/*}
    printf '\n## %s\n\n| header | for | names |\n|---|---|---|\n' "$folder"
  fi
  printf '%s\n' "$row"
  list=$(print_functions "$header")
  [[ -z $list ]] || functions+=$'\n'$list$'\n'
done < <(find core graph models -name '*.hpp' ! -path '*/detail/*' -printf '%h\t%p\n' | sort | cut -f2)
end_folder
