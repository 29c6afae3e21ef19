// Where tensors find their graph, or find that it is gone.
#pragma once

#include <atomic>
#include <cstdint>

namespace gradtable {
class Graph;
}

namespace gradtable::detail {

// A slot is never freed, so that any tensor can read it at any time. Once its graph is gone, another graph
// may take it, with another serial.
struct GraphSlot {
  std::atomic<Graph*> graph = nullptr;
  std::atomic<std::uint32_t> serial = 0;  // 0: no graph
};

// The slot of one graph, while the graph lives.
class GraphLife {
 public:
  explicit GraphLife(Graph& graph);
  ~GraphLife();
  GraphLife(const GraphLife&) = delete;
  GraphLife& operator=(const GraphLife&) = delete;

  const GraphSlot& slot() const { return slot_; }

 private:
  GraphSlot& slot_;
};

}  // namespace gradtable::detail
