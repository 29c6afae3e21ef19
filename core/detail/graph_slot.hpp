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

  const GraphSlot& slot() const { return *slot_; }
  // Exchanges the slots of two graphs whose nodes are exchanged: tensors go with their nodes.
  void swap(GraphLife& other) noexcept;

 private:
  GraphSlot* slot_;
};

// Held by whoever adds nodes on demand, in whichever thread a call needs them: one thread at a time for each
// graph, as often as that one likes.
class BuildingLock {
 public:
  explicit BuildingLock(const Graph& graph);
  ~BuildingLock();
  BuildingLock(const BuildingLock&) = delete;
  BuildingLock& operator=(const BuildingLock&) = delete;

 private:
  const GraphSlot& slot_;
};

// Finds a graph wherever it moves to, or that it is gone.
class GraphHandle {
 public:
  GraphHandle() = default;
  explicit GraphHandle(const Graph& graph);
  GraphHandle(const GraphSlot* slot, std::uint32_t serial) : slot_(slot), serial_(serial) {}

  // Null when there is none any more.
  Graph* find() const {
    const bool lives = slot_ && slot_->serial.load(std::memory_order_acquire) == serial_;
    return lives ? slot_->graph.load(std::memory_order_relaxed) : nullptr;
  }

 private:
  const GraphSlot* slot_ = nullptr;
  std::uint32_t serial_ = 0;
};

}  // namespace gradtable::detail
