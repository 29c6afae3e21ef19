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

# The page. A line "@ NAME | SEEDS | PUBLISHED | WHAT" becomes a row of a table, "@machines" what the figures were
# measured on.
template() {
  cat << 'END'
# Results

Errors on the test set, ours beside published ones. `scripts/reproduce.sh` trains every row from its config and writes this
page; `scripts/reproduce.sh NAME` trains one, and the command of a row is that. A single run, with all it leaves to look at:

    build/release/bin/mnist_fcnn apps/mnist_fcnn/configs/fcnn_800.json --set seed=1 --threads 2

- **Seeds** were chosen before the first run: 1, 2 and 3 where a run takes less than two minutes, 1 where it takes longer. Of three
  the mean is given, and the smallest and the largest in parentheses.
- **The test set chose nothing.** Learning rates, epochs and augmentation were tried on the last 10,000 of the training
  images, with the others as the training set; then each config was trained on all 60,000. What is tested are the
  weights after the last epoch, but for the row with early stopping, which knows them by validation images.
- **Time** is that of a whole run on two threads, reading of the data and the test included, as a mean over the seeds.

@machines

## Linear classifiers and multilayer perceptrons

Published by LeCun, Bottou, Bengio and Haffner 1998 (*Gradient-based learning applied to document recognition*) and Simard,
Steinkraus and Platt 2003 (*Best practices for convolutional neural networks applied to visual document analysis*).

| MNIST | published, % | ours, % | time | parameters | command |
|---|---|---|---|---|---|
@ mnist_fcnn/softmax_regression | 3 | 12.0, LeCun et al. 1998, a linear classifier | 784-10, softmax regression
@ mnist_fcnn/single_layer | 3 | 12.0, LeCun et al. 1998, a linear classifier | 784-10, E = 1/2 (y - t)²
@ mnist_fcnn/squared_error_300 | 3 | 4.7, LeCun et al. 1998 | 784-300-10, squared error
@ mnist_fcnn/fcnn_500_150 | 3 | 2.95, LeCun et al. 1998 | 784-500-150-10, cross-entropy
@ mnist_fcnn/fcnn_800 | 3 | 1.6, Simard et al. 2003 | 784-800-10, cross-entropy
@ mnist_fcnn/fcnn_800_elastic | 1 | 0.7, Simard et al. 2003 | 784-800-10, shifts, rotations, scaling and elastic distortions
@ mnist_fcnn/mnist | 3 | | 784-128-10, the first example
@ mnist_fcnn/mlp_mixed | 3 | | 784-256-128-64-10 with tanh, softplus and ReLU, l2 penalty on the weights

## LeNet-5

Published by LeCun et al. 1998. The original had trained factors in its averages, a table of connections and radial basis functions;
[ours](networks.md#lenet-5) has not.

| MNIST | published, % | ours, % | time | parameters | command |
|---|---|---|---|---|---|
@ mnist_lenet5/mnist | 3 | 0.95, LeCun et al. 1998 | ReLU, max-pooling
@ mnist_lenet5/lenet5_1998 | 3 | 0.95, LeCun et al. 1998 | tanh, average-pooling
@ mnist_lenet5/lenet5_augmented | 1 | 0.8, LeCun et al. 1998, with distortions | ReLU, max-pooling, distorted images

## The course's networks

784-500-10, batches of 100, 5 epochs. The course adds the losses of a batch up where we take their mean: its learning rate 0.001 is
our 0.1.

| MNIST | published, % | ours, % | time | parameters | command |
|---|---|---|---|---|---|
@ mnist_fcnn/course_fused | 3 | | softmax and cross-entropy as one function of the scores
@ mnist_fcnn/course_probabilities | 3 | | a softmax layer, then cross-entropy of probabilities with eps

## The parallel programming lecture's networks (ECE408)

784-10-10 with sigmoids, 7,960 parameters; k[j] is the output for digit j and T the label.

| MNIST | published, % | ours, % | time | parameters | command |
|---|---|---|---|---|---|
@ mnist_fcnn/ece408_distance | 3 | | E = Σⱼ k[j] (j - T)², batches of 64
@ mnist_fcnn/ece408_misclassification | 3 | | E = 1 - k[T], batches of 64
@ mnist_fcnn/ece408_per_sample | 3 | | E = 1 - k[T], an update after every image
@ mnist_fcnn/ece408_batch | 3 | | E = 1 - k[T], one update an epoch
@ mnist_fcnn/ece408_1024 | 3 | | 784-1024-10, E = 1 - k[T], batches of 64

## Over-training

784-1024-1024-10 on the first 1,000 images of MNIST. `report.html` of a run has the curves of training, validation and test set.

| MNIST, 1,000 images | published, % | ours, % | time | parameters | command |
|---|---|---|---|---|---|
@ mnist_fcnn/over_training | 3 | | all epochs
@ mnist_fcnn/early_stopping | 3 | | stopped early, the weights of the best epoch

## Other data

Published for Fashion-MNIST: the table of submitted results in its repository, zalandoresearch/fashion-mnist. Digits are those that
the program draws itself.

| data and network | published, % | ours, % | time | parameters | command |
|---|---|---|---|---|---|
@ mnist_fcnn/fashion | 3 | 10.0, MLP 256-128-64 | Fashion-MNIST, 784-256-128-10
@ mnist_fcnn/fashion_dropout | 3 | 10.0, MLP 256-128-64 | Fashion-MNIST, 784-512-256-10 with dropout
@ mnist_lenet5/fashion | 3 | 7.5, two convolutional layers, less than 100,000 parameters | Fashion-MNIST, LeNet-5
@ mnist_fcnn/digits | 3 | | built-in digits, 784-128-10

## Small systems

Compared with what is known in closed form or by hand, in place of an error on a test set.

| system | program | test |
|---|---|---|
| XOR, given and learned | `build/release/bin/xor` | `tests/apps/xor/network_test.cpp` |
| linear regression with a Gaussian output, beside the normal equations | `build/release/bin/small_networks` | `tests/apps/small_networks/one_layer_test.cpp:FindsTheSolutionOfTheNormalEquations` |
| a single layer, its step beside the formula | `build/release/bin/small_networks` | `tests/apps/small_networks/one_layer_test.cpp:StepsAsTheFormulaSays` |
| logistic and softmax regression, by likelihood | `build/release/bin/small_networks` | `tests/apps/small_networks/classes_test.cpp` |
| convolutional networks for signals and volumes | `build/release/bin/small_networks` | `tests/apps/small_networks/convolutional_test.cpp` |
| a list of layers, one source of data, one loss | [networks](networks.md#a-list-of-layers) | `tests/models/networks/network_test.cpp` |
| updates by sample, mini-batch and epoch, as defined | | `tests/models/networks/digit_perceptron_test.cpp` |
| any depth, an activation for each layer, l1 and l2, beside algorithm 6.4 | | `tests/models/networks/algorithm_6_4_test.cpp` |
| biases as nodes and as a row of the weights: the same gradients | | `tests/models/networks/fcnn_test.cpp:HasTheSameGradientsWithBiasesAsTheLastRowOfTheWeights` |
END
}

# NAME and SEEDS of each row, a line for each
rows() {
  template | awk -F' *[|] *' '/^@ / { sub(/^@ /, ""); print $1, $2 }'
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
      if (!("test_accuracy" in value && "total_seconds" in value && "parameters" in value)) exit 1
      printf "%s,%s,%.4f,%.1f,%d,%s,%s,%s\n", name, seed, 100 - 100 * value["test_accuracy"], \
        value["total_seconds"], value["parameters"], date, machine, sum
    }' "$3/metrics.json" ||
    fail "$3/metrics.json: expected test_accuracy, total_seconds and parameters"
}

# train NAME SEEDS: all seeds of a row, whose figures then take the place of earlier ones
train() {
  local name=$1 seed folder lines='' data line
  data=$(data_of "$name")
  for ((seed = 1; seed <= $2; ++seed)); do
    folder=$runs/$name/$seed
    printf '%s, seed %d\n' "$name" "$seed"
    rm -rf -- "$folder"
    MNIST_DIR=$data "build/release/bin/${name%/*}" "$(config_of "$name")" --set "seed=$seed" --threads 2 --out "$folder" \
      > /dev/null || fail "$name, seed $seed: the run failed, see above"
    lines+=$(figures_of "$name" "$seed" "$folder")$'\n'
  done
  [[ ! -f $figures ]] || lines=$(grep -v "^$name," "$figures" || true)$'\n'$lines
  { echo 'name,seed,test_error,seconds,parameters,date,machine,config'
    grep '/' <<< "$lines" | sort -t, -k1,1 -k2,2n; } > "$figures.new"
  mv -- "$figures.new" "$figures"
}

# The page on standard output, of the template, the figures and the configs as they are.
page() {
  local name seeds
  { [[ ! -f $figures ]] || cat -- "$figures"
    rows | while read -r name seeds; do printf 'config,%s,%s\n' "$name" "$(sum_of_config "$name")"; done
    template; } |
  awk -F, '
    function time(seconds) {
      return seconds < 120 ? sprintf("%.1f s", seconds) : sprintf("%.1f minutes", seconds / 60)
    }
    # "ours | time | parameters" of a row
    function measured(name, seeds,   errors) {
      if (!(name in runs)) return "not run yet | | "
      if (trained[name] != now[name]) return "not run since its config changed | | "
      errors = sprintf("%.2f", sum[name] / runs[name])
      if (runs[name] > 1) errors = sprintf("%s (%.2f to %.2f)", errors, least[name], most[name])
      if (runs[name] != seeds) errors = sprintf("%s, %d of %d seeds", errors, runs[name], seeds)
      return sprintf("%s | %s | %d", errors, time(seconds[name] / runs[name]), parameters[name])
    }
    function print_row(line,   field, config) {
      split(line, field, / *[|] */)
      config = field[1]
      sub("/", "/configs/", config)
      printf "| [%s](../apps/%s.json) | %s | %s | `scripts/reproduce.sh %s` |\n", field[4], config, field[3], \
        measured(field[1], field[2]), field[1]
    }
    function print_machines(   i) {
      if (!machines) print "Nothing has been run yet."
      for (i = 1; i <= machines; ++i)
        printf "Measured on %s, %s.\n", machine[i], first[machine[i]] == last[machine[i]] ? \
          first[machine[i]] : first[machine[i]] " to " last[machine[i]]
    }
    !text && NF == 8 && $2 + 0 > 0 {
      name = $1; error = $3 + 0
      if (!(name in runs) || error < least[name]) least[name] = error
      if (!(name in runs) || error > most[name]) most[name] = error
      ++runs[name]; sum[name] += error; seconds[name] += $4
      parameters[name] = $5; trained[name] = $8
      if (!($7 in first)) { machine[++machines] = $7; first[$7] = last[$7] = $6 }
      if ($6 < first[$7]) first[$7] = $6
      if ($6 > last[$7]) last[$7] = $6
      next
    }
    !text && $1 == "config" { now[$2] = $3; next }
    /^# / { text = 1 }
    !text { next }
    $0 == "@machines" { print_machines(); next }
    sub(/^@ /, "") { print_row($0); next }
    { print }'
}

write_page() {
  page > docs/results.md.new
  mv -- docs/results.md.new docs/results.md
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
cmake --build --preset release --target mnist_fcnn mnist_lenet5 --parallel "$(nproc)"
for row in "${chosen[@]}"; do
  train "${row%:*}" "${row#*:}"
  write_page
done
echo "The table is docs/results.md, what the runs have written is in $runs."
