#!/usr/bin/env bash
# Measures training beside libtorch and PyTorch, those of them that are installed, and prints a table of ratios:
# their time / ours, of the medians over rounds in which the programs run in turn.
#
#   scripts/bench_vs_torch.sh [--threads N] [--rounds N] [--model M] [--batch N] [--whole] [--json]
#
#   --threads N   of every program; 2 unless given
#   --rounds N    5 unless given
#   --model M     this network alone, as 784-128-10 or lenet5; --batch N: this batch size alone
#   --whole       the whole run of mnist_fcnn in place of single steps: reads MNIST from MNIST_DIR (data/mnist unless
#                 set), trains ten epochs, tests; wall time of the processes and their peak memory
#   --json        one JSON object a line; what is measured with is told on the standard error
#
# PYTHON: the Python that has PyTorch; python3 unless set. OPENBLAS_CORETYPE: the kernels of OpenBLAS, the same for all;
# those that gradtable chooses unless set.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

say() {
  printf '%s\n' "$*" >&2
}

threads=2
rounds=5
whole=
json=0
only=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --threads | --rounds | --batch)
      [[ ${2-} =~ ^[1-9][0-9]{0,5}$ ]] || fail "$1: expected a number above 0, got '${2-}'"
      case $1 in
        --threads) threads=$2 ;;
        --rounds) rounds=$2 ;;
        --batch) only+=(--batch "$2") ;;
      esac
      shift 2 ;;
    --model) [[ -n ${2-} ]] || fail "--model: expected a network, as 784-128-10"; only+=(--model "$2"); shift 2 ;;
    --whole) whole=yes; shift ;;
    --json) json=1; shift ;;
    *) fail "unknown argument $1; see the top of $0" ;;
  esac
done
[[ -z $whole || ${#only[@]} -eq 0 ]] || fail "--whole: expected neither --model nor --batch with it"

[[ -z ${MNIST_DIR-} ]] || MNIST_DIR=$(realpath --canonicalize-missing -- "$MNIST_DIR")
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export MNIST_DIR=${MNIST_DIR:-$PWD/data/mnist}
[[ -z $whole || -f $MNIST_DIR/train-images-idx3-ubyte.gz ]] ||
  fail "$MNIST_DIR: expected MNIST there; scripts/fetch_mnist.sh fetches it, MNIST_DIR tells where it is"
python=${PYTHON:-python3}
build=$PWD/build/bench_vs_torch
programs=$build/gradtable/bin
torch_headers=/usr/include/torch/csrc/api/include

build_gradtable() {
  cmake --preset release -B "$build/gradtable" -DGRADTABLE_TESTS=OFF
  cmake --build "$build/gradtable" --target bench_train_step bench_blas_rate mnist_fcnn
}

# build_libtorch NAME: bench/libtorch/NAME.cpp, unless it is there and newer
build_libtorch() {
  local source=bench/libtorch/$1.cpp program=$build/libtorch_$1
  [[ ! $program -nt $source ]] || return 0
  say "building $program"
  g++ -std=c++17 -O2 -isystem "$torch_headers" "$source" -o "$program" -ltorch -ltorch_cpu -lc10 -lz
}

# The value of a key in one line of JSON: value_of KEY LINE
value_of() {
  sed -E "s/.*\"$1\":\"?([^\",}]*).*/\1/" <<< "$2"
}

# What all programs share: the kernels that gradtable chooses, and the number of threads.
share_settings() {
  local found
  found=$("$programs/bench_blas_rate" --shape 8 8 8 --repetitions 1)
  kernels=$(value_of kernels "$found")
  export OMP_NUM_THREADS=$threads
  say "gradtable: $(value_of library "$found"), $kernels kernels, $threads threads"
  [[ $kernels != unknown ]] || return 0
  export OPENBLAS_CORETYPE=$kernels
  found=$("$programs/bench_blas_rate" --shape 8 8 8 --repetitions 1)
  [[ $(value_of kernels "$found") == "$kernels" ]] ||
    fail "OPENBLAS_CORETYPE=$kernels: expected these kernels, got $(value_of kernels "$found")"
}

find_libtorch() {
  local blas
  if [[ ! -f $torch_headers/torch/torch.h ]]; then
    say "libtorch:  not installed; apt-get install libtorch-dev"
    return 1
  fi
  build_libtorch "$1" || fail "bench/libtorch/$1.cpp does not build, see above"
  # The C interface of BLAS, whichever of Debian's alternatives it is.
  blas=$(ldd "$build/libtorch_$1" | awk '$1 ~ /^lib(open)?blas/ { print $3; exit }')
  [[ -z $blas ]] || blas=$(readlink --canonicalize -- "$blas")
  say "libtorch:  BLAS ${blas:-not known}, $kernels kernels where it is OpenBLAS, $threads threads"
}

find_pytorch() {
  local about
  if ! about=$("$python" -W ignore -c '
import torch
blas = "MKL with kernels of its own choice" if torch.backends.mkl.is_available() else "a BLAS that is not MKL"
print(f"PyTorch {torch.__version__}, {blas}")' 2> /dev/null); then
    say "pytorch:   not installed; pip install torch==2.13.0, and PYTHON=... for the Python of an environment"
    return 1
  fi
  say "pytorch:   $about, $threads threads"
}

# run_steps IMPL: the lines of one program
run_steps() {
  local options=(--threads "$threads" --rounds 3 "${only[@]}")
  case $1 in
    gradtable) "$programs/bench_train_step" --json "${options[@]}" ;;
    libtorch) "$build/libtorch_train_step" "${options[@]}" ;;
    pytorch) "$python" -W ignore bench/libtorch/train_step.py "${options[@]}" ;;
  esac
}

whole_command() {
  case $1 in
    gradtable)
      command=("$programs/mnist_fcnn" apps/mnist_fcnn/configs/mnist.json --threads "$threads" --quiet
               --out "$build/run") ;;
    libtorch) command=("$build/libtorch_mnist_fcnn" --threads "$threads") ;;
  esac
}

# run_whole IMPL: one line with the wall time of the process
run_whole() {
  local start end command
  whole_command "$1"
  start=${EPOCHREALTIME/[.,]/}
  "${command[@]}" > /dev/null
  end=${EPOCHREALTIME/[.,]/}
  printf '{"impl":"%s","model":"mnist_fcnn","batch":64,"threads":%d,"seconds":%d.%06d}\n' "$1" "$threads" \
    $(((end - start) / 1000000)) $(((end - start) % 1000000))
}

# The largest resident memory of a run of its own, in MB, as the kernel counts it: reading it takes time.
peak_memory() {
  local command pid key value peak=0 running=yes
  whole_command "$1"
  "${command[@]}" > /dev/null &
  pid=$!
  while [[ -n $running ]]; do
    running=
    while read -r key value _; do
      [[ $key != VmHWM: ]] || { peak=$value; running=yes; }
    done 2> /dev/null < "/proc/$pid/status" || true
    sleep 0.02
  done
  wait "$pid"
  echo $((peak * 1024 / 1000000))
}

# compare KEY UNIT: medians of all lines, and how many times ours they are
compare() {
  awk -v key="$1" -v unit="$2" -v json="$json" '
    function field(name) {
      if (!match($0, "\"" name "\":\"?[^\",}]*")) return ""
      value = substr($0, RSTART, RLENGTH)
      sub("^\"" name "\":\"?", "", value)
      return value
    }
    function median(list,   values, count, i, j, swap) {
      count = split(list, values, " ")
      for (i = 2; i <= count; i++)
        for (j = i; j > 1 && values[j - 1] + 0 > values[j] + 0; j--) {
          swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap
        }
      return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
    }
    {
      impl = field("impl"); row = field("model") SUBSEP field("batch"); threads = field("threads")
      if (!(impl in known)) { known[impl] = 1; impls[++impl_count] = impl }
      if (!(row in seen)) { seen[row] = 1; rows[++row_count] = row }
      times[row, impl] = times[row, impl] " " field(key)
    }
    END {
      if (!json) {
        printf "%-24s%6s", "model", "batch"
        for (i = 1; i <= impl_count; i++) printf "%14s%s", impls[i] " " unit, (i > 1 ? "   ratio" : "")
        printf "\n"
      }
      for (r = 1; r <= row_count; r++) {
        split(rows[r], name, SUBSEP)
        ours = median(times[rows[r], "gradtable"])
        if (!json) printf "%-24s%6d", name[1], name[2]
        for (i = 1; i <= impl_count; i++) {
          theirs = median(times[rows[r], impls[i]])
          if (json)
            printf "{\"impl\":\"%s\",\"model\":\"%s\",\"batch\":%d,\"threads\":%d,\"%s\":%.2f,\"ratio\":%.3f}\n", \
              impls[i], name[1], name[2], threads, key, theirs, theirs / ours
          else if (i == 1) printf "%14.2f", theirs
          else printf "%14.2f%8.2f", theirs, theirs / ours
        }
        if (!json) printf "\n"
      }
    }'
}

report_memory() {
  local impl peak
  for impl in "${impls[@]}"; do
    peak=$(peak_memory "$impl")
    if [[ $json -eq 1 ]]; then
      printf '{"impl":"%s","model":"mnist_fcnn","batch":64,"threads":%d,"peak_mb":%d}\n' "$impl" "$threads" "$peak"
    else
      printf '%-10s peak memory %5d MB\n' "$impl" "$peak"
    fi
  done
}

mkdir -p -- "$build"
build_gradtable > "$build/build.log" 2>&1 || { cat -- "$build/build.log" >&2; fail "gradtable does not build"; }
share_settings
impls=(gradtable)
if [[ -n $whole ]]; then
  run=run_whole
  ! find_libtorch mnist_fcnn || impls+=(libtorch)
else
  run=run_steps
  ! find_libtorch train_step || impls+=(libtorch)
  ! find_pytorch || impls+=(pytorch)
fi

lines=$build/lines.json
: > "$lines"
for ((round = 1; round <= rounds; ++round)); do
  for impl in "${impls[@]}"; do
    say "round $round of $rounds: $impl"
    "$run" "$impl" >> "$lines" || fail "$impl: the run failed, see above"
  done
done
[[ -s $lines ]] || fail "${only[*]}: no such network or batch size; bench_train_step has them"
if [[ -n $whole ]]; then
  compare seconds s < "$lines"
  report_memory
else
  compare us_per_step us < "$lines"
fi
