#include "tests/models/io/system_calls.hpp"

#include <cstdio>
#include <utility>

#include <dlfcn.h>
#include <unistd.h>

namespace gradtable::testing {
namespace {

SystemCalls misbehaving;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

const SystemCalls kSystem = {next<decltype(::write)>("write"), next<decltype(::read)>("read"),
                             next<decltype(::fsync)>("fsync"), next<decltype(::close)>("close"),
                             next<decltype(::rename)>("rename")};

Misbehaviour::Misbehaviour(SystemCalls calls) {
  misbehaving = std::move(calls);
}

Misbehaviour::~Misbehaviour() {
  misbehaving = {};
}

}  // namespace gradtable::testing

// In place of the C library's, for all that is linked to this program. Each looks for the real one by itself:
// the first call may come before this file's own constants are there.
extern "C" {

using gradtable::testing::misbehaving;
using gradtable::testing::next;

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static auto* const system = next<decltype(::write)>("write");
  return misbehaving.write ? misbehaving.write(descriptor, bytes, count) : system(descriptor, bytes, count);
}

ssize_t read(int descriptor, void* bytes, size_t count) {
  static auto* const system = next<decltype(::read)>("read");
  return misbehaving.read ? misbehaving.read(descriptor, bytes, count) : system(descriptor, bytes, count);
}

int fsync(int descriptor) {
  static auto* const system = next<decltype(::fsync)>("fsync");
  return misbehaving.fsync ? misbehaving.fsync(descriptor) : system(descriptor);
}

int close(int descriptor) {
  static auto* const system = next<decltype(::close)>("close");
  return misbehaving.close ? misbehaving.close(descriptor) : system(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const system = next<decltype(::rename)>("rename");
  return misbehaving.rename ? misbehaving.rename(from, to) : system(from, to);
}
}
