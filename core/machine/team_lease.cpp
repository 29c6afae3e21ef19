#include "gradtable/core/machine/team_lease.hpp"

#include <memory>
#include <new>

#include <pthread.h>

#include "gradtable/core/pool.hpp"

namespace gradtable {
namespace {

using Pool = detail::Pool<Team>;

// Never destroyed: static objects destroyed later may still run programs.
Pool& pool() {
  static Pool& teams = *new Pool;
  return teams;
}

// Ends the idle teams when the process ends; those in use end with their leases.
struct PoolCloser {
  ~PoolCloser() { pool().close(); }
};

void unlock_in_children() {
  static const int refused = pthread_atfork([] { pool().mutex().lock(); }, [] { pool().mutex().unlock(); },
                                            [] { pool().mutex().unlock(); });
  if (refused != 0) throw std::bad_alloc();
}

std::unique_ptr<Team> make_team(int threads) {
  static const PoolCloser closer;
  return std::make_unique<Team>(threads);
}

// A team of one has nothing that could be shared wrongly.
Team& lone_caller() {
  static Team& team = *new Team(1);
  return team;
}

Team* take(int threads) {
  if (threads == 1) return &lone_caller();
  unlock_in_children();
  // The team used last is taken first: its workers are the most awake.
  const auto fits = [&](const Team& team) { return team.size() == threads; };
  return pool().take(fits, [&] { return make_team(threads); }).release();
}

}  // namespace

TeamLease::TeamLease(int threads) : team_(take(threads)) {}

TeamLease::~TeamLease() {
  if (team_->size() > 1) pool().give_back(std::unique_ptr<Team>(team_));
}

}  // namespace gradtable
