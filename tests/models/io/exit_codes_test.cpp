#include "gradtable/models/io/exit_codes.hpp"

#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio_ext.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradtable/core/error.hpp"
#include "gradtable/models/io/standard_output.hpp"

namespace gradtable {
namespace {

struct Outcome {
  int code = 0;
  std::string err;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run(const std::function<ExitCode()>& body) {
  ::testing::internal::CaptureStderr();
  const int code = run_program(body);
  return {code, ::testing::internal::GetCapturedStderr()};
}

template <class E>
Outcome throwing(const std::string& message) {
  return run([&]() -> ExitCode { throw E(message); });
}

TEST(RunProgram, ReturnsTheCodeOfItsBody) {
  EXPECT_EQ(run([] { return ExitCode::ok; }), (Outcome{0, ""}));
  EXPECT_EQ(run([] { return ExitCode::interrupted; }), (Outcome{130, ""}));
}

TEST(RunProgram, TurnsAnExceptionIntoOneLineAndTheCodeOfItsClass) {
  EXPECT_EQ(throwing<ConfigError>("a"), (Outcome{2, "error: a\n"}));
  EXPECT_EQ(throwing<DataError>("a"), (Outcome{3, "error: a\n"}));
  EXPECT_EQ(throwing<CheckpointError>("a"), (Outcome{4, "error: a\n"}));
  EXPECT_EQ(throwing<OnnxError>("a"), (Outcome{4, "error: a\n"}));
  EXPECT_EQ(throwing<NumericError>("a"), (Outcome{5, "error: a\n"}));
  EXPECT_EQ(throwing<OutputError>("a"), (Outcome{6, "error: a\n"}));
  const auto refused = std::make_error_code(std::errc::resource_unavailable_try_again);
  EXPECT_EQ(run([&]() -> ExitCode { throw std::system_error(refused, "a"); }).code, 6);
  EXPECT_EQ(throwing<std::logic_error>("a"), (Outcome{1, "error: a\n"}));
  EXPECT_EQ(run([]() -> ExitCode { throw std::bad_alloc(); }), (Outcome{6, "error: out of memory\n"}));
}

// Ends as a program of its own that prints to the file.
int code_of_printing(const char* file, const std::function<ExitCode()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (std::freopen(file, "w", stdout) == nullptr || std::freopen("/dev/null", "w", stderr) == nullptr)
      ::_exit(127);
    ::_exit(run_program(body));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(RunProgram, NoticesThatNobodyTookWhatWasPrinted) {
  const auto print_and_end_with = [](ExitCode code, std::size_t bytes = 1) {
    return [code, bytes] {
      std::fputs(std::string(bytes, 'x').c_str(), stdout);
      return code;
    };
  };
  EXPECT_EQ(code_of_printing("/dev/full", print_and_end_with(ExitCode::ok)), 6);
  EXPECT_EQ(code_of_printing("/dev/full", print_and_end_with(ExitCode::ok, 1 << 20)), 6);
  EXPECT_EQ(code_of_printing("/dev/null", print_and_end_with(ExitCode::ok)), 0);
  EXPECT_EQ(code_of_printing("/dev/full", print_and_end_with(ExitCode::interrupted)), 130);
  EXPECT_EQ(code_of_printing("/dev/full", [] { return ExitCode::ok; }), 0);
}

// As of `program | head -1`, when head has ended.
TEST(RunProgram, IsSilentWhenTheReaderHasGone) {
  const auto run_without_reader = [](const std::function<ExitCode()>& body) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    ::close(ends[0]);
    std::fflush(stdout);
    const int out = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[1]);
    const Outcome outcome = run(body);
    ::__fpurge(stdout);  // what nobody read
    std::clearerr(stdout);
    ::dup2(out, STDOUT_FILENO);
    ::close(out);
    return outcome;
  };
  const std::string long_text(1 << 20, 'x');
  EXPECT_EQ(run_without_reader([&] {
              write_output("a line\n");
              return ExitCode::ok;
            }),
            (Outcome{6, ""}));
  EXPECT_EQ(run_without_reader([&] {
              fmt::print("{}", long_text);
              return ExitCode::ok;
            }),
            (Outcome{6, ""}));
  EXPECT_EQ(run_without_reader([&] {
              std::fputs("a line\n", stdout);  // written at the end
              return ExitCode::ok;
            }),
            (Outcome{6, ""}));
  EXPECT_EQ(run_without_reader([&]() -> ExitCode { throw DataError("a"); }), (Outcome{3, "error: a\n"}));
}

TEST(RunProgram, KeepsTheMessageOnOneLine) {
  EXPECT_EQ(throwing<DataError>("a\nb\xff"), (Outcome{3, "error: a\\nb\\xff\n"}));
}

}  // namespace
}  // namespace gradtable
