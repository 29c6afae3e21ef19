#include "gradtable/core/machine/team_lease.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <pthread.h>

namespace gradtable {
namespace {

// Teams that nobody uses at the moment.
struct Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Team>> idle;  // the one used last at the end: its workers are the most awake
  std::size_t made = 0;                     // teams that may be given back
  bool closed = false;
};

// Never destroyed: static objects destroyed later may still run programs.
Pool& pool() {
  static Pool& teams = *new Pool;
  return teams;
}

// Ends the idle teams when the process ends; those in use end with their leases.
struct PoolCloser {
  ~PoolCloser() {
    std::vector<std::unique_ptr<Team>> ended;
    const std::lock_guard lock(pool().mutex);
    pool().closed = true;
    ended.swap(pool().idle);
  }
};

// A child process must not find the pool locked by a thread that it does not have.
void unlock_in_children() {
  static const int refused = pthread_atfork([] { pool().mutex.lock(); }, [] { pool().mutex.unlock(); },
                                            [] { pool().mutex.unlock(); });
  if (refused != 0) throw std::bad_alloc();
}

// The idle team of that size that was used last; none: a null pointer.
std::unique_ptr<Team> take_idle(int threads) {
  unlock_in_children();
  const std::lock_guard lock(pool().mutex);
  auto& idle = pool().idle;
  const auto last = std::find_if(idle.rbegin(), idle.rend(),
                                 [&](const std::unique_ptr<Team>& team) { return team->size() == threads; });
  if (last == idle.rend()) return nullptr;
  std::unique_ptr<Team> team = std::move(*last);
  idle.erase(std::next(last).base());
  return team;
}

std::unique_ptr<Team> make_team(int threads) {
  static const PoolCloser closer;
  auto team = std::make_unique<Team>(threads);
  const std::lock_guard lock(pool().mutex);
  pool().idle.reserve(++pool().made);
  return team;
}

void give_back(std::unique_ptr<Team> team) {
  const std::lock_guard lock(pool().mutex);
  if (!pool().closed) pool().idle.push_back(std::move(team));  // else it ends here
}

// A team of one has nothing that could be shared wrongly.
Team& lone_caller() {
  static Team& team = *new Team(1);
  return team;
}

Team* take(int threads) {
  if (threads == 1) return &lone_caller();
  std::unique_ptr<Team> team = take_idle(threads);
  if (team == nullptr) team = make_team(threads);
  return team.release();
}

}  // namespace

TeamLease::TeamLease(int threads) : team_(take(threads)) {}

TeamLease::~TeamLease() {
  if (team_->size() > 1) give_back(std::unique_ptr<Team>(team_));
}

}  // namespace gradtable
