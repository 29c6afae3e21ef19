#!/usr/bin/env bash
# Trains the rows of docs/results.md, each from its config with its seeds on two threads, and writes that page: our
# test errors beside published ones.
#
#   scripts/reproduce.sh [NAME]...      all rows, or those with these names; a name may be a pattern, '*/ece408_*'
#   scripts/reproduce.sh --page         trains nothing: writes the page from docs/results.csv
#   scripts/reproduce.sh --list         the names of all rows
#
# Everything that the runs write is in runs/reproduce/NAME/SEED, their figures in docs/results.csv. Rows that are not
# trained keep theirs.
#
# MNIST_DIR, FASHION_DIR: the folders of the four files; data/mnist and data/fashion-mnist of the project unless set.
set -euo pipefail
shopt -s inherit_errexit

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

for folder in MNIST_DIR FASHION_DIR; do
  [[ -z ${!folder-} ]] || printf -v "$folder" %s "$(realpath --canonicalize-missing -- "${!folder}")"
done
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
mnist=${MNIST_DIR:-$PWD/data/mnist}
fashion=${FASHION_DIR:-$PWD/data/fashion-mnist}
figures=docs/results.csv
runs=runs/reproduce
# The page, where a line "@ NAME | SEEDS | WHAT | CELL..." becomes a row of a table, with a cell "@loss" for the loss on
# the test set, and "@machines" what the figures were measured on.
template=scripts/results.md.in

# NAME and SEEDS of each row, a line for each
rows() {
  awk -F' *[|] *' '/^@ / { sub(/^@ /, ""); print $1, $2 }' "$template"
}

config_of() {
  printf '%s\n' "apps/${1%/*}/configs/${1#*/}.json"
}

# What figures are compared with: those of another config are not those of the row.
sum_of_config() {
  cksum < "$(config_of "$1")" | cut -d ' ' -f 1
}

# The folder of a row's data; none for digits, which are drawn.
data_of() {
  case $1 in
    */fashion*) printf '%s\n' "$fashion" ;;
    */digits*) ;;
    *) printf '%s\n' "$mnist" ;;
  esac
}

require_data() {
  local dir
  dir=$(data_of "$1")
  [[ -z $dir || -f $dir/train-images-idx3-ubyte.gz ]] ||
    fail "$dir: no train-images-idx3-ubyte.gz; expected the data of $1 there, or MNIST_DIR and FASHION_DIR that tell" \
      "where they are (scripts/fetch_mnist.sh fetches MNIST)"
}

machine() {
  local cpu
  cpu=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo | tr -d ',')
  printf '%s with %d cores\n' "${cpu:-a processor without a name}" "$(nproc)"
}

# figures_of NAME SEED FOLDER: the line of figures of a run
figures_of() {
  awk -F': ' -v name="$1" -v seed="$2" -v date="$(date +%F)" -v machine="$(machine)" -v sum="$(sum_of_config "$1")" '
    /^  "[a-z_]+": / { gsub(/[ ",]/, "", $1); gsub(/,/, "", $2); value[$1] = $2 }
    END {
      if (!("test_accuracy" in value && "test_loss" in value && "total_seconds" in value && "parameters" in value))
        exit 1
      printf "%s,%s,%.2f,%.4f,%.1f,%d,%s,%s,%s\n", name, seed, 100 - 100 * value["test_accuracy"], \
        value["test_loss"], value["total_seconds"], value["parameters"], date, machine, sum
    }' "$3/metrics.json" ||
    fail "$3/metrics.json: expected test_accuracy, test_loss, total_seconds and parameters"
}

# train NAME SEEDS: all seeds of a row, whose figures then take the place of earlier ones
train() {
  local name=$1 seed folder data line lines=() settings=()
  data=$(data_of "$name")
  [[ -z $data ]] || settings=(--set "data.dir=$data")
  for ((seed = 1; seed <= $2; ++seed)); do
    folder=$runs/$name/$seed
    rm -rf -- "$folder"
    "build/release/bin/${name%/*}" "$(config_of "$name")" --set "seed=$seed" "${settings[@]}" --threads 2 --quiet \
      --out "$folder" > /dev/null || fail "$name, seed $seed: the run failed, see above"
    line=$(figures_of "$name" "$seed" "$folder")
    lines+=("$line")
    awk -F, '{ printf "%-36s seed %d: %5.2f %% errors, %.1f s\n", $1, $2, $3, $5 }' <<< "$line"
  done
  { echo 'name,seed,test_error,test_loss,seconds,parameters,date,machine,config'
    { [[ ! -f $figures ]] || awk -F, -v name="$name" 'NR > 1 && $1 != name' "$figures"
      printf '%s\n' "${lines[@]}"; } | sort -t, -k1,1 -k2,2n; } > "$figures.new"
  mv -- "$figures.new" "$figures"
}

# A line "config,NAME,SUM" for each row.
sums_of_configs() {
  local name seeds sum
  while read -r name seeds; do
    sum=$(sum_of_config "$name")
    printf 'config,%s,%s\n' "$name" "$sum"
  done < <(rows)
}

# The page on standard output, of the template, the figures and the configs as they are.
page() {
  local sums
  sums=$(sums_of_configs)
  { printf '%s\n' "$sums"
    [[ ! -f $figures ]] || cat -- "$figures"
    cat -- "$template"; } |
  awk -F, '
    function add_run(name, error,   place) {
      if (!(name in runs) || error < least[name]) least[name] = error
      if (!(name in runs) || error > most[name]) most[name] = error
      ++runs[name]; errors[name] += error; losses[name] += $4; seconds[name] += $5; parameters[name] = $6
      place = $8
      if (!(place in first)) { machine[++machines] = place; first[place] = last[place] = $7 }
      if ($7 < first[place]) first[place] = $7
      if ($7 > last[place]) last[place] = $7
    }
    function time(seconds) {
      return seconds < 120 ? sprintf("%.1f s", seconds) : sprintf("%.1f minutes", seconds / 60)
    }
    # "ours | time | parameters" of a row
    function measured(name, seeds,   text) {
      if (!(name in runs)) return (name in stale ? "not run since its config changed" : "not run yet") " | |"
      text = sprintf("%.2f", errors[name] / runs[name])
      if (runs[name] > 1) text = sprintf("%s (%.2f to %.2f)", text, least[name], most[name])
      if (runs[name] != seeds) text = sprintf("%s, %d of %d seeds", text, runs[name], seeds)
      return sprintf("%s | %s | %d", text, time(seconds[name] / runs[name]), parameters[name])
    }
    function print_row(line,   cell, cells, name, config, i) {
      cells = split(line, cell, / *[|] */)
      config = name = cell[1]
      sub("/", "/configs/", config)
      printf "| [%s](../apps/%s.json) ", cell[3], config
      for (i = 4; i <= cells; ++i) {
        if (cell[i] == "@loss") cell[i] = name in runs ? sprintf("%.3f", losses[name] / runs[name]) : ""
        printf "| %s ", cell[i]
      }
      printf "| %s | `scripts/reproduce.sh %s` |\n", measured(name, cell[2]), name
    }
    function print_machines(   i, days) {
      if (!machines) print "Nothing has been run yet."
      for (i = 1; i <= machines; ++i) {
        days = first[machine[i]]
        if (last[machine[i]] != days) days = days " to " last[machine[i]]
        printf "Measured on %s, %s.\n", machine[i], days
      }
    }
    /^# / { text = 1 }
    !text && $1 == "config" { now[$2] = $3 }
    !text && $1 in now { if ($9 == now[$1]) add_run($1, $3 + 0); else stale[$1] = 1 }
    !text { next }
    $0 == "@machines" { print_machines(); next }
    sub(/^@ /, "") { print_row($0); next }
    { print }'
}

write_page() {
  local text
  text=$(page)
  printf "%s\n" "$text" > docs/results.md
}

# The rows that the arguments name, all without arguments.
choose() {
  local name seeds wanted found
  chosen=()
  for wanted in "${@:-*}"; do
    found=
    while read -r name seeds; do
      # shellcheck disable=SC2053 # a pattern
      [[ $name == $wanted ]] || continue
      found=yes
      [[ " ${chosen[*]-} " == *" $name:$seeds "* ]] || chosen+=("$name:$seeds")
    done < <(rows)
    [[ -n $found ]] || fail "$wanted: expected the name of a row, as scripts/reproduce.sh --list prints them"
  done
}

case ${1-} in
  --list | --page)
    [[ $# -eq 1 ]] || fail "$1: expected nothing after it, got '$2'"
    if [[ $1 == --list ]]; then rows | cut -d ' ' -f 1; else write_page; fi
    exit ;;
  -*) fail "unknown argument $1; see the top of $0" ;;
esac

choose "$@"
for row in "${chosen[@]}"; do require_data "${row%:*}"; done
cmake --preset release > /dev/null
mapfile -t programs < <(printf '%s\n' "${chosen[@]%%/*}" | sort --unique)
cmake --build --preset release --target "${programs[@]}" --parallel "$(nproc)"
for row in "${chosen[@]}"; do
  train "${row%:*}" "${row#*:}"
  write_page
done
echo "The table is docs/results.md, what the runs have written is in $runs."
