// Learning rates over time, as functions of the count of steps, or epochs, that were done: 0 at first. Their
// numbers are fed to, or set in, the scalar that an optimizer has as its learning rate. The rate that follows
// a metric is in plateau.hpp.
//
// All throw ConfigError for numbers out of range: rates are finite and above 0, factors above 0 and at most
// 1, counts of steps at least 1.
#pragma once

#include <cstdint>
#include <functional>

namespace gradtable {

// The learning rate after `done` steps. `done` is at least 0: not checked.
using Schedule = std::function<double(std::int64_t done)>;

// rate
Schedule constant_schedule(double rate);

// rate factor^floor(done / every)
Schedule step_schedule(double rate, std::int64_t every, double factor = 0.1);

// rate factor^done
Schedule exponential_schedule(double rate, double factor);

// least + (rate - least) (1 + cos(pi done / steps)) / 2, and `least` after `steps`. `least` is from 0 to
// rate. Loshchilov and Hutter 2017, equation 5, without restarts.
Schedule cosine_schedule(double rate, std::int64_t steps, double least = 0);

// then(0) (done + 1) / (steps + 1) for the first steps, from a small rate to the one that `then` begins with;
// then(done - steps) after them. Goyal et al. 2017, section 2.2.
Schedule warm_up(std::int64_t steps, Schedule then);

}  // namespace gradtable
