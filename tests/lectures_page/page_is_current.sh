#!/usr/bin/env bash
# The answers on docs/lectures.md and its plots are those of the program:
#   page_is_current.sh LECTURES ROOT          compares
#   page_is_current.sh LECTURES ROOT --write  writes them anew
# A drawing of a graph is compared by the checksum of its DOT text, which stands at its end: what Graphviz makes of the
# text depends on the fonts of the machine.
set -euo pipefail
program=$1 mode=${3:-}
cd "$2"
page=docs/lectures.md images=docs/images/lectures
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
failed=0
fail() {
  echo "$1; to write them anew: tests/lectures_page/page_is_current.sh build/release/bin/lectures . --write" >&2
  failed=1
}

# The page with the answers of the program in its blocks, each below a line <!-- lectures NAME -->.
render() {
  local line name
  while IFS= read -r line; do
    printf '%s\n' "$line"
    [[ $line =~ ^'<!-- lectures '([a-z0-9_]+)' -->'$ ]] || continue
    name=${BASH_REMATCH[1]}
    printf '```\n%s\n```\n' "$("$program" "$name" | tail -n +3)"
    IFS= read -r line && [[ $line == '```' ]] || { echo "$page: no block below lectures $name" >&2; exit 1; }
    while IFS= read -r line && [[ $line != '```' ]]; do :; done
  done < "$page"
}

render > "$fresh/page.md"
if [[ $mode == --write ]]; then cat "$fresh/page.md" > "$page"; fi
diff -u -- "$page" "$fresh/page.md" || fail "$page is not current"
while read -r name _; do
  grep -qx -- "<!-- lectures $name -->" "$page" || fail "$page: no answer to $name"
done < <("$program" --list)

"$program" --all --plots "$fresh/plots" > /dev/null
for dot in "$fresh"/plots/*.dot; do
  name=$(basename "$dot" .dot)
  mark="<!-- of DOT text with cksum $(cksum < "$dot" | cut -d ' ' -f 1) -->"
  if [[ -f $images/$name.svg && $(tail -n 1 "$images/$name.svg") == "$mark" ]]; then
    cp "$images/$name.svg" "$fresh/plots/$name.svg"
  else
    [[ -f $fresh/plots/$name.svg ]] || { fail "$images/$name.svg is not current, and there is no Graphviz"; continue; }
    printf '%s\n' "$mark" >> "$fresh/plots/$name.svg"
  fi
  rm "$dot"
done
if [[ $mode == --write ]]; then mkdir -p "$images" && rm -f "$images"/*.svg && cp "$fresh"/plots/*.svg "$images"; fi
diff -ru -- "$images" "$fresh/plots" || fail "$images is not current"
for file in "$images"/*.svg; do
  grep -q -- "](images/lectures/$(basename "$file"))" "$page" || fail "$page does not show $file"
done
exit $failed
