// The whole state of a training in a file, from which it continues bit for bit: docs/checkpoints.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/io/safetensors.hpp"
#include "gradtable/models/training/parameters.hpp"

namespace gradtable {

using NamedTexts = std::map<std::string, std::string>;

struct Checkpoint {
  std::string path;        // of the file, for messages
  NamedArrays parameters;  // all of the graph's: weights, and the state of optimizers
  NamedArrays kept;        // the caller's, such as the weights of the best epoch
  NamedTexts texts;        // the caller's, such as epoch, position in the data, config
};

// Writes all parameters of the graph with arrays and texts of the caller, as write_safetensors does: whole or
// not at all. Throws OutputError when it cannot be written, and CheckpointError for names and texts that are
// not UTF-8, and for texts whose key begins with "gradtable.".
void write_checkpoint(const std::string& path, const Graph& graph, NamedArrays kept = {},
                      NamedTexts texts = {});

// Throws CheckpointError for what read_safetensors refuses, a file that is not a checkpoint, and one of
// another format.
Checkpoint read_checkpoint(const std::string& path);
// The same from what was read from `path` already.
Checkpoint to_checkpoint(TensorFile file, const std::string& path);

// The file under which keep_previous_checkpoint keeps a checkpoint: "run.previous.safetensors" for
// "run.safetensors".
std::string previous_checkpoint(const std::string& checkpoint);
// Copies the file, if it is there, to previous_checkpoint, and returns whether it was there. Its own name has
// a whole file all the time. Throws OutputError.
bool keep_previous_checkpoint(const std::string& checkpoint);

// Sets all parameters of a graph, which has the same network and optimizer as the one that was written, or
// none: throws and returns what set_values does, CheckpointError for any difference in names, types and
// shapes, and for what no optimizer remembers (require_possible_state).
std::vector<std::string> restore(Graph& graph, const Checkpoint& checkpoint,
                                 NotFinite not_finite = NotFinite::refuse);

// Compares fields, as architecture, optimizer and seed, of a file with those that the caller has. Texts that
// are JSON are compared as what they mean: 1 is 1.0. A field that the file lacks, as it is older than the
// field, counts as its default, if there is one. Throws CheckpointError that names each field that differs,
// with both values; `path` begins it.
void require_same(const std::string& path, const NamedTexts& found, const NamedTexts& expected,
                  const NamedTexts& defaults = {});

}  // namespace gradtable
