// The message of the ConfigError that `action` throws, or "no error".
#pragma once

#include <string>

#include "gradtable/core/error.hpp"

namespace gradtable {

template <class Action>
std::string config_error(Action action) {
  try {
    action();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace gradtable
