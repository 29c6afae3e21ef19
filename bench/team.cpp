// bench_team: what it costs to give a job to a team of threads and to let them meet at a barrier.
//
// Each figure is the best of several rounds; compare it only with others of the same run of the same machine.
#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "gradtable/core/machine/cores.hpp"
#include "gradtable/core/machine/team_lease.hpp"

namespace {

using gradtable::TeamLease;
using Clock = std::chrono::steady_clock;

// Microseconds.
struct Figures {
  double run;      // a lease and an empty job, one after the other
  double wake;     // the same when the workers sleep
  double barrier;  // one of many in a job
  double phases;   // 100 phases of 20 us of work for one thread, divided among all, a barrier after each
};

template <class Action>
double best_of(int rounds, int repetitions, const Action& action) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    action();
    const std::chrono::duration<double, std::micro> taken = Clock::now() - start;
    best = std::min(best, taken.count() / repetitions);
  }
  return best;
}

void empty_run(int threads) {
  const TeamLease team(threads);
  team->run([](int) {});
}

// A chain of dependent additions: as long on every core, whatever the others do.
void work(int additions) {
  volatile double sum = 0;
  for (int i = 0; i < additions; ++i) sum = sum + 1;
}

int additions_of_20_us() {
  constexpr int kMany = 100'000;
  return static_cast<int>(20 * kMany / best_of(5, 1, [] { work(kMany); }));
}

double time_of_wake(int threads, int rounds) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    best = std::min(best, best_of(1, 1, [&] { empty_run(threads); }));
  }
  return best;
}

Figures measure(int threads, int rounds) {
  constexpr int kRuns = 2000, kBarriers = 2000, kPhases = 100;
  const int share = additions_of_20_us() / threads;
  Figures figures{};
  figures.run = best_of(rounds, kRuns, [&] {
    for (int i = 0; i < kRuns; ++i) empty_run(threads);
  });
  figures.wake = time_of_wake(threads, rounds);
  const TeamLease team(threads);
  figures.barrier = best_of(rounds, kBarriers, [&] {
    team->run([&](int) {
      for (int i = 0; i < kBarriers; ++i) team->barrier().wait();
    });
  });
  figures.phases = best_of(rounds, 1, [&] {
    team->run([&](int) {
      for (int i = 0; i < kPhases; ++i) {
        work(share);
        team->barrier().wait();
      }
    });
  });
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The cost of a job for a team of threads and of a barrier, in microseconds.");
  std::vector<int> sizes = {1, 2, 3, 4};
  int rounds = 15;
  bool json = false;
  app.add_option("--threads", sizes, "sizes of teams")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--rounds", rounds, "the best of so many rounds counts")->check(CLI::Range(1, 1000));
  app.add_flag("--json", json, "one JSON object a line");
  CLI11_PARSE(app, argc, argv);

  if (!json) {
    fmt::print("{} cores, microseconds\n", gradtable::available_cores());
    fmt::print("{:>7} {:>10} {:>10} {:>10} {:>12}\n", "threads", "empty run", "after sleep", "barrier",
               "100 phases");
  }
  for (const int threads : sizes) {
    const Figures f = measure(threads, rounds);
    if (json)
      fmt::print(
          "{{\"threads\":{},\"run_us\":{:.3f},\"wake_us\":{:.3f},\"barrier_us\":{:.3f},\"phases_us\":{:.1f}}}"
          "\n",
          threads, f.run, f.wake, f.barrier, f.phases);
    else
      fmt::print("{:7} {:10.3f} {:11.3f} {:10.3f} {:12.1f}\n", threads, f.run, f.wake, f.barrier, f.phases);
    std::fflush(stdout);
  }
}
