// System calls that misbehave: what this test program calls by these names goes through a SystemCalls while
// one lives. Streams of the standard library call the system by other names and are left alone.
#pragma once

#include <cerrno>
#include <cstddef>
#include <functional>

#include <sys/types.h>

namespace gradtable::testing {

// A call without a function of its own here is the system's. One at a time, on one thread.
struct SystemCalls {
  std::function<ssize_t(int, const void*, std::size_t)> write = {};
  std::function<ssize_t(int, void*, std::size_t)> read = {};
  std::function<int(int)> fsync = {};
  std::function<int(int)> close = {};
  std::function<int(const char*, const char*)> rename = {};
};

class Misbehaviour {
 public:
  explicit Misbehaviour(SystemCalls calls);
  ~Misbehaviour();
  Misbehaviour(const Misbehaviour&) = delete;
  Misbehaviour& operator=(const Misbehaviour&) = delete;
};

// A call that fails with errno `error`.
inline constexpr auto failing = [](int error) {
  return [error](auto...) {
    errno = error;
    return -1;
  };
};

// What the system itself does.
extern const SystemCalls kSystem;

}  // namespace gradtable::testing
