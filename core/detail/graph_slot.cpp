#include "gradtable/core/detail/graph_slot.hpp"

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {
namespace {

// With what most sources need not see.
struct LockedSlot : GraphSlot {
  std::recursive_mutex building;
};

std::recursive_mutex& building_of(const GraphSlot& slot) {
  return const_cast<LockedSlot&>(static_cast<const LockedSlot&>(slot)).building;
}

// As many slots as there ever were graphs at one time.
class GraphSlots {
 public:
  GraphSlot& take(Graph& graph) {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      free_.reserve(slots_.size() + 1);  // so that give_back allocates nothing
      free_.push_back(&slots_.emplace_back());
    }
    GraphSlot& slot = *free_.back();
    free_.pop_back();
    if (++last_serial_ == 0) ++last_serial_;
    slot.graph = &graph;
    slot.serial = last_serial_;
    return slot;
  }

  void give_back(GraphSlot& slot) noexcept {
    const std::lock_guard lock(mutex_);
    slot.serial = 0;
    slot.graph = nullptr;
    free_.push_back(&slot);
  }

 private:
  std::mutex mutex_;
  std::deque<LockedSlot> slots_;  // addresses stay
  std::vector<GraphSlot*> free_;
  std::uint32_t last_serial_ = 0;
};

// Never destroyed: graphs of static lifetime may outlive every other object.
GraphSlots& slots() {
  static GraphSlots& all = *new GraphSlots;
  return all;
}

}  // namespace

GraphLife::GraphLife(Graph& graph) : slot_(&slots().take(graph)) {}

GraphLife::~GraphLife() {
  slots().give_back(*slot_);
}

void GraphLife::swap(GraphLife& other) noexcept {
  Graph* const mine = slot_->graph.load(std::memory_order_relaxed);
  slot_->graph.store(other.slot_->graph.load(std::memory_order_relaxed));
  other.slot_->graph.store(mine);
  std::swap(slot_, other.slot_);
}

BuildingLock::BuildingLock(const Graph& graph) : slot_(graph.slot()) {
  building_of(slot_).lock();
}

BuildingLock::~BuildingLock() {
  building_of(slot_).unlock();
}

GraphHandle::GraphHandle(const Graph& graph) : GraphHandle(&graph.slot(), graph.serial()) {}

}  // namespace gradtable::detail
