#include "gradtable/core/detail/waiting.hpp"

#include "gradtable/core/cores.hpp"

namespace gradtable::detail {

int pauses_for(int threads) {
  return threads <= available_cores() ? kPauses : 0;
}

}  // namespace gradtable::detail
