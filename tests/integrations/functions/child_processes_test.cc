#include "treadle/integrations/functions/child_processes.h"

#include <functional>
#include <memory>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integrations/calls.h"
#include "treadle/integrations/functions/line_splitter.h"

namespace treadle::integrations::functions {
namespace {

using testing::Awaited;

struct Ended {
  ProcessEnd end;
  std::string output;
  std::string errors;
};

// A pipe whose write end a process opens by path; when all such processes are gone, it can be read
// to its end.
class HeldPipe {
 public:
  HeldPipe() { TREADLE_ASSERT(::pipe(fds_) == 0); }
  HeldPipe(HeldPipe const&) = delete;
  ~HeldPipe() {
    ::close(fds_[0]);
    close_ours();
  }
  [[nodiscard]] auto path() const -> std::string {
    return fmt::format("/proc/{}/fd/{}", ::getpid(), fds_[1]);
  }
  auto is_let_go() -> bool {
    close_ours();
    char c = 0;
    return ::read(fds_[0], &c, 1) == 0;
  }

 private:
  void close_ours() {
    if (fds_[1] >= 0) ::close(std::exchange(fds_[1], -1));
  }
  int fds_[2] = {-1, -1};
};

struct Run {
  Awaited<Ended> ended;
  ProcessId id;
};

// `on_first_output` is called with 0.
auto start(ChildProcesses& children, ProcessSpec spec, std::string input = {},
           std::function<void(int)> on_first_output = {}) -> Run {
  Run run;
  auto collected = std::make_shared<Ended>();
  ProcessEvents events;
  events.on_output = [collected, on_first_output](OutputStream stream,
                                                  std::string_view bytes) mutable {
    if (on_first_output) std::exchange(on_first_output, nullptr)(0);
    (stream == OutputStream::kOutput ? collected->output : collected->errors) += bytes;
  };
  events.on_end = [collected, set = run.ended.setter()](ProcessEnd end) {
    collected->end = std::move(end);
    set(*collected);
  };
  run.id = children.start(std::move(spec), std::move(input), std::move(events));
  return run;
}

auto shell(std::string script) -> ProcessSpec {
  return {{"/bin/sh", "-c", std::move(script)}, {"PATH=/usr/bin:/bin"}, "/"};
}

TEST(ChildProcesses, InputOutputErrorsAndStatus) {
  ChildProcesses children;
  auto const ended = start(children, shell("cat; echo oops >&2; exit 3"), "in").ended.get();
  EXPECT_EQ(ended.output, "in");
  EXPECT_EQ(ended.errors, "oops\n");
  EXPECT_EQ(to_string(ended.end), "exit status 3");
  EXPECT_FALSE(ended.end.is_success());
}

TEST(ChildProcesses, InputLargerThanAPipe) {
  ChildProcesses children;
  std::string const input(1'000'000, 'x');
  auto const ended = start(children, shell("cat"), input).ended.get();
  EXPECT_EQ(ended.output, input);
  EXPECT_TRUE(ended.end.is_success());
}

TEST(ChildProcesses, InputThatNobodyReads) {
  ChildProcesses children;
  EXPECT_TRUE(start(children, shell("exec 0<&-; echo gone"), std::string(1'000'000, 'x'))
                  .ended.get()
                  .end.is_success());
}

TEST(ChildProcesses, EnvironmentAndFolder) {
  ChildProcesses children;
  ProcessSpec spec{{"sh", "-c", "echo $NAME; pwd"}, {"PATH=/usr/bin:/bin", "NAME=a b"}, "/usr"};
  EXPECT_EQ(start(children, spec).ended.get().output, "a b\n/usr\n");
}

TEST(ChildProcesses, WhatCannotBeStartedSaysWhy) {
  ChildProcesses children;
  auto const missing = start(children, {{"no-such-program"}, {}, "/"}).ended.get().end;
  EXPECT_EQ(missing.kind, ProcessEnd::Kind::kNotStarted);
  EXPECT_EQ(to_string(missing), "no-such-program: No such file or directory");
  EXPECT_EQ(to_string(start(children, {{"sh"}, {}, "/no/such/folder"}).ended.get().end),
            "/no/such/folder: No such file or directory");
}

TEST(ChildProcesses, KillTakesTheWholeGroup) {
  ChildProcesses children;
  HeldPipe pipe;
  Awaited<int> up;
  auto run =
      start(children, shell("sleep 1000 > " + pipe.path() + " & echo up; wait"), {}, up.setter());
  up.get();
  children.kill(run.id);
  EXPECT_EQ(to_string(run.ended.get().end), "signal: killed");
  EXPECT_TRUE(pipe.is_let_go());
}

TEST(ChildProcesses, LeftoversOfAnEndedProcessAreKilled) {
  HeldPipe pipe;
  ChildProcesses children;
  auto run = start(children, shell("exec 9> " + pipe.path() + "; sleep 1000 &"));
  EXPECT_TRUE(run.ended.get().end.is_success());
  EXPECT_TRUE(pipe.is_let_go());
}

// A child that says "up" and then holds the pipe for longer than any test.
auto holder(HeldPipe const& pipe) -> ProcessSpec {
  return shell("exec 9> " + pipe.path() + "; echo up; exec sleep 1000");
}

TEST(ChildProcesses, ChildrenEndWithTheirParent) {
  HeldPipe pipe;
  pid_t const parent = ::fork();
  if (parent == 0) {  // dies as by kill -9, with a child at work
    ChildProcesses children;
    Awaited<int> up;
    auto const run = start(children, holder(pipe), {}, up.setter());
    up.get();
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(pipe.is_let_go());
}

TEST(ChildProcesses, DestructionKillsAll) {
  HeldPipe pipe;
  {
    ChildProcesses children;
    Awaited<int> up;
    auto const run = start(children, holder(pipe), {}, up.setter());
    up.get();
  }
  EXPECT_TRUE(pipe.is_let_go());
}

TEST(LineSplitter, CutsLines) {
  LineSplitter lines;
  std::string got;
  auto const receive = [&got](std::string_view line) { got += "<" + std::string(line) + ">"; };
  lines.add("one\r\ntw", receive);
  EXPECT_EQ(got, "<one>");
  lines.add("o\n\nthree", receive);
  EXPECT_EQ(got, "<one><two><>");
  lines.finish(receive);
  EXPECT_EQ(got, "<one><two><><three>");
  got.clear();
  lines.add(std::string(kLogLineBytes + 1, 'x') + "\n", receive);
  EXPECT_EQ(got, "<" + std::string(kLogLineBytes, 'x') + "><x>");
}

}  // namespace
}  // namespace treadle::integrations::functions
