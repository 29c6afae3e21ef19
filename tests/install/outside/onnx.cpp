#include <gradtable/gradtable.hpp>
#include <gradtable/models/onnx/import.hpp>

// A file that is not there is refused, by the importer.
int main() {
  gradtable::Graph g;
  try {
    gradtable::import_onnx(g, "missing.onnx");
  } catch (const gradtable::OnnxError&) {
    return 0;
  }
  return 1;
}
