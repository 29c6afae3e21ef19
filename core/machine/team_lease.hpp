// Teams of threads, shared by the programs of a process.
#pragma once

#include "gradtable/core/machine/team.hpp"

namespace gradtable {

// A team that nobody else uses, until the end of its scope. Programs that run one after the other share its
// threads; programs that run at the same time, or one inside a job of another, have teams of their own, which
// are kept for later leases. Allocates nothing while a team of that size is free. Throws as Team does.
class TeamLease {
 public:
  explicit TeamLease(int threads);
  ~TeamLease();
  TeamLease(const TeamLease&) = delete;
  TeamLease& operator=(const TeamLease&) = delete;

  Team& operator*() const { return *team_; }
  Team* operator->() const { return team_; }

 private:
  Team* team_;
};

}  // namespace gradtable
