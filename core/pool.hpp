// Objects that are expensive to make, kept for the next user: a pool grows to the peak number of users.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gradtable::detail {

// Thread-safe. Allocates nothing while an object that fits is idle.
template <class T>
class Pool {
 public:
  // The idle object given back last for which fits(object) holds, else make(), a std::unique_ptr<T>.
  template <class Fits, class Make>
  std::unique_ptr<T> take(const Fits& fits, const Make& make) {
    if (std::unique_ptr<T> idle = take_idle(fits)) return idle;
    std::unique_ptr<T> made = make();
    const std::lock_guard lock(mutex_);
    idle_.reserve(++made_);
    return made;
  }

  void give_back(std::unique_ptr<T> object) noexcept {
    const std::lock_guard lock(mutex_);
    if (!closed_) idle_.push_back(std::move(object));  // else it is destroyed here
  }

  // Destroys the idle objects, and each other when it is given back.
  void close() {
    std::vector<std::unique_ptr<T>> ended;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ended.swap(idle_);
  }

  // Held over a fork, so that the child does not find the pool locked by a thread that it does not have.
  std::mutex& mutex() { return mutex_; }

 private:
  template <class Fits>
  std::unique_ptr<T> take_idle(const Fits& fits) {
    const std::lock_guard lock(mutex_);
    const auto last =
        std::find_if(idle_.rbegin(), idle_.rend(), [&](const auto& object) { return fits(*object); });
    if (last == idle_.rend()) return nullptr;
    std::unique_ptr<T> object = std::move(*last);
    idle_.erase(std::next(last).base());
    return object;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;  // has room for all that were made
  std::size_t made_ = 0;
  bool closed_ = false;
};

// An object of a pool, until the end of its scope.
template <class T>
class Lease {
 public:
  // Any that is idle, else make().
  template <class Make>
  Lease(Pool<T>& pool, const Make& make)
      : pool_(pool), object_(pool.take([](const T&) { return true; }, make)) {}
  ~Lease() { pool_.give_back(std::move(object_)); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  T* operator->() const { return object_.get(); }

 private:
  Pool<T>& pool_;
  std::unique_ptr<T> object_;
};

}  // namespace gradtable::detail
