// Runs a program and keeps what it says.
#pragma once

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temporary_folder.hpp"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gradtable::testing {

struct ProcessResult {
  int exit_code = 0;  // 128 + the signal's number when a signal ended it
  std::string out;
  std::string err;
};

// A program that runs beside the test. The first word of `command` is searched in PATH; standard input is
// empty; the variables "NAME=value" are set beside, or in place of, those of this process; signals have their
// default actions, whatever this process ignores. Killed when the test ends first.
class Process {
 public:
  explicit Process(const std::vector<std::string>& command, const std::vector<std::string>& variables = {}) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    std::vector<char*> environment;
    for (const std::string& variable : variables) environment.push_back(const_cast<char*>(variable.c_str()));
    for (char** variable = environ; *variable != nullptr;
         ++variable) {  // of two, some programs take the last
      const auto has_its_name = [&](const std::string& other) {
        return std::string_view(*variable).starts_with(other.substr(0, other.find('=') + 1));
      };
      if (std::ranges::none_of(variables, has_its_name)) environment.push_back(*variable);
    }
    environment.push_back(nullptr);

    // Files rather than pipes: neither side can ever wait for the other.
    const int create = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, folder_.path("out").c_str(), create, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder_.path("err").c_str(), create, 0600);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) sigaddset(&defaults, signal);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    const int error =
        posix_spawnp(&id_, arguments[0], &actions, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) throw std::runtime_error(command.at(0) + ": " + std::strerror(error));
  }
  ~Process() {
    if (id_ == 0) return;
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) { kill(id_, signal); }

  ProcessResult wait() {
    int status = 0;
    if (waitpid(id_, &status, 0) != id_) throw std::runtime_error("waitpid: the process is lost");
    id_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), folder_.read("out"),
            folder_.read("err")};
  }

 private:
  TemporaryFolder folder_;
  pid_t id_ = 0;
};

// Runs the program to its end.
inline ProcessResult run_process(const std::vector<std::string>& command,
                                 const std::vector<std::string>& variables = {}) {
  return Process(command, variables).wait();
}

}  // namespace gradtable::testing
