#include "gradtable/models/report/graph_svg.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <regex>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gradtable::report {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

// Files, not pipes: neither side ever waits for the other.
File temporary_file(std::string_view content = {}) {
  File file(std::tmpfile());
  if (!file) return nullptr;
  const bool written =
      content.empty() || std::fwrite(content.data(), 1, content.size(), file.get()) == content.size();
  if (!written || std::fflush(file.get()) != 0) return nullptr;
  std::rewind(file.get());
  return file;
}

std::optional<pid_t> start_dot(int input, int output, GraphDirection direction) {
  posix_spawn_file_actions_t files;
  if (posix_spawn_file_actions_init(&files) != 0) return std::nullopt;
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = "dot", format = "-Tsvg";
  std::string to_the_right = "-Grankdir=LR";
  const std::array<char*, 4> arguments = {name.data(), format.data(),
                                          direction == GraphDirection::right ? to_the_right.data() : nullptr,
                                          nullptr};
  pid_t process = 0;
  const int error = posix_spawnp(&process, name.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  return error == 0 ? std::optional(process) : std::nullopt;
}

// Whether the process ended well within the limit; it has ended in any case.
bool ended_well(pid_t process, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (ended < 0 && errno != EINTR) return false;
    if (std::chrono::steady_clock::now() >= end) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  kill(process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return false;
}

std::string text_of(std::FILE* file) {
  std::string text;
  std::array<char, 65536> block{};
  std::rewind(file);
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file))
    text.append(block.data(), count);
  return text;
}

// From the first tag on, without the addresses that name its language: HTML knows it.
std::string element(const std::string& file) {
  const std::size_t tag = file.find("<svg"), end = file.find('>', tag);
  if (tag == std::string::npos || end == std::string::npos) return {};
  static const std::regex language("\\sxmlns(:xlink)?=\"[^\"]*\"");
  return std::regex_replace(file.substr(tag, end - tag), language, "") + file.substr(end);
}

}  // namespace

std::optional<std::string> graph_svg(std::string_view dot, GraphDirection direction,
                                     std::chrono::milliseconds limit) {
  const File input = temporary_file(dot), output = temporary_file();
  if (!input || !output) return std::nullopt;
  const std::optional<pid_t> process = start_dot(fileno(input.get()), fileno(output.get()), direction);
  if (!process || !ended_well(*process, limit)) return std::nullopt;
  std::string svg = element(text_of(output.get()));
  return svg.empty() ? std::nullopt : std::optional(std::move(svg));
}

}  // namespace gradtable::report
