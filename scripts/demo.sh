#!/usr/bin/env bash
# Installs what is missing, builds, and trains and evaluates mnist_fcnn on MNIST, or on drawn digits where there is
# no MNIST.
#
#   scripts/demo.sh [OPTION OF mnist_fcnn]...      as: scripts/demo.sh --set training.epochs=3
#
# MNIST_DIR: the folder of MNIST's four files; data/mnist of the project unless set.
set -euo pipefail

[[ -z ${MNIST_DIR-} ]] || MNIST_DIR=$(realpath --canonicalize-missing -- "$MNIST_DIR")
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
mnist=${MNIST_DIR:-$PWD/data/mnist}
configs=apps/mnist_fcnn/configs

has_mnist() {
  local file
  for file in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
    [[ -f $mnist/$file-ubyte.gz ]] || return 1
  done
}

scripts/install_packages.sh
cmake --preset release
cmake --build --preset release --target mnist_fcnn --parallel "$(nproc)"

echo
if has_mnist; then
  export MNIST_DIR=$mnist
  config=$configs/mnist.json
  results=runs/mnist_fcnn
else
  config=$configs/digits.json
  results=runs/digits
  echo "MNIST is not in $mnist."
  echo "Training on digits that the program draws itself. These are NOT MNIST: the accuracy says nothing of MNIST."
  echo "To get MNIST:  scripts/fetch_mnist.sh  (downloads it to data/mnist), or set MNIST_DIR to its folder."
  echo
fi
build/release/bin/mnist_fcnn "$config" "$@"

# Where it wrote to: --out, which starts here, or else output.dir, which starts at the config.
out=
dir=$PWD/$results
while [[ $# -gt 0 ]]; do
  option=$1
  [[ $# -gt 1 && $1 =~ ^--(out|set)$ ]] && { option=$1=$2; shift; }
  shift
  case $option in
    --out=*) out=${option#--out=} ;;
    --set=output.dir=*) dir=${option#--set=output.dir=} ;;
  esac
done
[[ -z $out ]] || dir=$PWD/$out
[[ $out != /* ]] || dir=$out
results=$(cd -- "$configs" && realpath --canonicalize-missing -- "$dir")

echo
echo "The results are in $results:"
echo "  report.html               curves, confusion matrix, worst mistakes, weights: open it in a browser"
echo "  metrics.json, .csv        the config, loss and accuracy of each epoch and of the test set, the speed"
echo "  results.json              precision, recall and F1 of each class"
echo "  predictions.log           prediction and label of every test image"
echo "  weights.safetensors       the weights, for --init;  checkpoint.safetensors: for --resume"
echo "  graph.dot                 the graph of a training step;  dot -Tsvg -O $results/graph.dot  draws it"
