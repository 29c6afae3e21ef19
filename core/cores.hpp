// How many threads can run at the same time.
#pragma once

namespace gradtable {

// The cores that the calling thread may run on: those of its affinity mask, else those of the machine; at
// least 1. Quotas of processor time (as of containers) are not counted.
int available_cores();

}  // namespace gradtable
