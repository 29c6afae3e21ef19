#include "gradtable/core/machine/team.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <system_error>

#include <fmt/format.h>
#include <pthread.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/machine/blas.hpp"
#include "gradtable/core/machine/spin_wait.hpp"

namespace gradtable {
namespace {

// How long a worker gives its core up at every turn before it sleeps: waking it takes 50 us and more.
constexpr std::chrono::microseconds kYielding{1500};

// How often this process came out of a fork: its workers are those of the same number.
constinit std::atomic<int> forks{0};

// Of teams that have workers: so many threads may multiply matrices at the same time.
constinit std::atomic<int> all_members{0};

// A child process starts with one thread, the one that forked: its teams have lost their workers.
void watch_forks() {
  static const int refused = pthread_atfork(nullptr, nullptr, [] { ++forks; });
  if (refused != 0) throw std::bad_alloc();
}

int checked(int threads) {
  if (threads < 1) throw ConfigError(fmt::format("Team: expected at least 1 thread, got {}", threads));
  return threads;
}

}  // namespace

Team::Team(int threads)
    : barrier_(checked(threads)),
      seats_(threads),
      pauses_(detail::pauses_for(threads)),
      forks_(forks.load()) {
  if (threads == 1) return;
  watch_forks();
  errors_.resize(static_cast<std::size_t>(threads));
  start_workers();
}

Team::Seats::Seats(int members) : members_(members > 1 ? members : 0) {
  all_members += members_;
}

Team::Seats::~Seats() {
  all_members -= members_;
}

Team::~Team() {
  if (workers_are_lost()) forget_workers();
  stop_workers();
}

bool Team::workers_are_lost() const {
  return forks_ != forks.load(std::memory_order_relaxed);
}

void Team::run_on_all(Call call, const void* job) {
  if (workers_are_lost()) {
    forget_workers();
    start_workers();
  }
  unfinished_.store(size() - 1, std::memory_order_relaxed);
  publish(call, job);
  do_job(0);
  detail::spin_then_yield(pauses_, [this] { return unfinished_.load(std::memory_order_acquire) == 0; });
  rethrow_error();
}

void Team::do_job(int member) noexcept {
  try {
    call_(job_, member);
  } catch (...) {
    errors_[static_cast<std::size_t>(member)] = std::current_exception();
  }
}

void Team::rethrow_error() {
  const auto error = std::ranges::find_if(errors_, [](const std::exception_ptr& e) { return e != nullptr; });
  if (error == errors_.end()) return;
  const std::exception_ptr first = *error;
  std::ranges::fill(errors_, nullptr);
  std::rethrow_exception(first);
}

void Team::publish(Call call, const void* job) {
  call_ = call;
  job_ = job;
  jobs_.fetch_add(1);  // sequentially consistent: a worker that goes to sleep now must see it or be woken
  jobs_.notify_all();  // asks the system only if somebody sleeps
}

// A thread begins with the cores of the one that starts it, which OpenMP may have pinned to one.
void Team::work(int member, std::uint32_t seen, const CoreSet& cores) {
  cores.use();
  set_blas_threads(1);
  while (true) {
    unfinished_.fetch_sub(1, std::memory_order_release);
    wait_for_job(seen++);
    if (call_ == nullptr) return;
    do_job(member);
  }
}

void Team::wait_for_job(std::uint32_t seen) const {
  using Clock = std::chrono::steady_clock;
  const auto published = [&] { return jobs_.load(std::memory_order_acquire) != seen; };
  if (detail::spin(pauses_, published)) return;
  const auto bedtime = Clock::now() + kYielding;
  while (!published()) {
    if (Clock::now() < bedtime)
      std::this_thread::yield();
    else
      jobs_.wait(seen);
  }
}

// Returns when all have started: from then on no worker changes the number of threads of BLAS.
void Team::start_workers() {
  const std::uint32_t seen = jobs_.load(std::memory_order_relaxed);
  const CoreSet cores = CoreSet::available();
  workers_.reserve(static_cast<std::size_t>(size() - 1));
  unfinished_ = size() - 1;
  try {
    for (int member = 1; member < size(); ++member)
      workers_.emplace_back(&Team::work, this, member, seen, cores);
    reserve_blas_buffers(all_members);
  } catch (const std::system_error& refused) {
    const std::size_t got = workers_.size() + 1;
    stop_workers();
    throw std::system_error(refused.code(), fmt::format("Team: expected {} threads, got {}", size(), got));
  } catch (...) {
    stop_workers();
    throw;
  }
  detail::spin_then_yield(0, [this] { return unfinished_.load(std::memory_order_acquire) == 0; });
  forks_ = forks.load();
}

void Team::stop_workers() {
  publish(nullptr, nullptr);
  for (std::thread& worker : workers_) worker.join();
  workers_.clear();
}

// They are threads of the parent process: their handles can neither be joined nor detached here.
void Team::forget_workers() {
  for (std::thread& worker : workers_) std::construct_at(&worker);
  workers_.clear();
}

}  // namespace gradtable
