// Stopping at the user's wish, at a good moment.
#pragma once

namespace gradtable {

// While one lives, the first SIGINT or SIGTERM only sets a flag; the second ends the process at once, as it
// would without. One at a time in a process.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool interrupted() const;
};

}  // namespace gradtable
