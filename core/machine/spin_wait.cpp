#include "gradtable/core/machine/spin_wait.hpp"

#include "gradtable/core/machine/cores.hpp"

namespace gradtable::detail {

int pauses_for(int threads) {
  return threads <= available_cores() ? kPauses : 0;
}

}  // namespace gradtable::detail
