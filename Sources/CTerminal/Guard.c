// Whatever ends the program, the terminal is left as it was found and the message is seen.
#include "CTerminal.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#ifdef __linux__
enum { SIGNAL_COUNT = 65 };  // those of the real-time kind among them
#else
enum { SIGNAL_COUNT = NSIG };
#endif
enum { STACK_SIZE = 64 * 1024 };

static struct sigaction previous_actions[SIGNAL_COUNT];
/// Which signals are caught here.
static bool is_caught[SIGNAL_COUNT];
static struct termios shell_settings;
static bool have_settings;
static char farewell_bytes[512];
static size_t farewell_count;
static int screen_descriptor = -1;
static int real_stderr = -1, captured_stderr = -1;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t interrupts;

static void write_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

/// Shows what was written to standard error while the screen was up. Async-signal-safe.
static void release_stderr(void) {
  if (real_stderr < 0) return;
  dup2(real_stderr, STDERR_FILENO);
  char buffer[1024];
  off_t offset = 0;
  ssize_t count;
  while ((count = pread(captured_stderr, buffer, sizeof buffer, offset)) > 0) {
    write_all(real_stderr, buffer, (size_t)count);
    offset += count;
  }
  close(captured_stderr);
  close(real_stderr);
  real_stderr = captured_stderr = -1;
}

static void capture_stderr(void) {
  if (real_stderr >= 0 || !isatty(STDERR_FILENO)) return;
#ifdef __linux__
  int file = memfd_create("stderr", MFD_CLOEXEC);
#else
  char path[] = "/tmp/stderr.XXXXXX";
  int file = mkstemp(path);
  if (file >= 0) unlink(path);
#endif
  if (file < 0) return;
  real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  captured_stderr = file;
  dup2(file, STDERR_FILENO);
}

static void on_fatal(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  // In the background the terminal belongs to another process group.
  if (armed && tcgetpgrp(STDIN_FILENO) == getpgrp()) {
    // Another thread may be about to draw, which would cover the message.
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0 && screen_descriptor >= 0) dup2(nowhere, screen_descriptor);
    write_all(STDOUT_FILENO, farewell_bytes, farewell_count);
    if (have_settings) tcsetattr(STDIN_FILENO, TCSANOW, &shell_settings);
  }
  armed = 0;
  release_stderr();
  sigaction(signal_number, &previous_actions[signal_number], NULL);
  // A fault runs again on return and meets the earlier handler (the runtime's backtrace) with its
  // own registers; any other signal is sent once more.
  bool runs_again = info->si_code > 0 && (signal_number == SIGILL || signal_number == SIGSEGV ||
                                          signal_number == SIGBUS || signal_number == SIGFPE);
  if (!runs_again) raise(signal_number);
}

/// Whether a signal that nobody handles ends a program. One that tells of a closed pipe or of a file
/// that is too large ends none that looks at what `write` returns.
static bool is_fatal(int signal_number) {
  static const int others[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
                               SIGCHLD, SIGURG, SIGWINCH, SIGPIPE, SIGXFSZ};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (others[i] == signal_number) return false;
#ifndef __linux__
  if (signal_number == SIGIO || signal_number == SIGINFO) return false;
#endif
  return true;
}

void ct_guard_thread(void) {
  static _Thread_local char *stack;
  stack_t current;
  if (stack || (sigaltstack(NULL, &current) == 0 && !(current.ss_flags & SS_DISABLE))) return;
  stack = malloc(STACK_SIZE);
  if (!stack) return;
  stack_t wanted = {.ss_sp = stack, .ss_size = STACK_SIZE};
  sigaltstack(&wanted, NULL);
}

void ct_guard_set(void) {
  have_settings = tcgetattr(STDIN_FILENO, &shell_settings) == 0;
  farewell_count = 0;
  ct_guard_thread();
  if (armed) return;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fatal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (int number = 1; number < SIGNAL_COUNT; number++) {
    struct sigaction *previous = &previous_actions[number];
    is_caught[number] = is_fatal(number) && sigaction(number, &action, previous) == 0;
    // What the parent chose to ignore (nohup) stays ignored.
    if (!is_caught[number] || previous->sa_handler != SIG_IGN) continue;
    sigaction(number, previous, NULL);
    is_caught[number] = false;
  }
  armed = 1;
}

void ct_guard_screen(const char *farewell, size_t count, int descriptor) {
  screen_descriptor = descriptor;
  if (count > sizeof farewell_bytes) count = sizeof farewell_bytes;
  memcpy(farewell_bytes, farewell, count);
  farewell_count = count;
  capture_stderr();
}

void ct_guard_clear(void) {
  if (armed) {
    armed = 0;
    for (int number = 1; number < SIGNAL_COUNT; number++)
      if (is_caught[number]) sigaction(number, &previous_actions[number], NULL);
  }
  release_stderr();
}

static void on_interrupt(int signal_number) {
  (void)signal_number;
  interrupts = 1;
}

void ct_interrupt_catch(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_interrupt;  // no SA_RESTART: a blocked read must return
  sigaction(SIGINT, &action, NULL);
}

bool ct_interrupt_take(void) {
  bool came = interrupts != 0;
  interrupts = 0;
  return came;
}

static sigset_t endings;

void ct_ending_hold(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  sigemptyset(&endings);
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) {
    struct sigaction action;
    if (sigaction(numbers[index], NULL, &action) != 0) continue;
    // What the parent chose to ignore (nohup, a job in the background) stays ignored.
    if (action.sa_handler != SIG_IGN) sigaddset(&endings, numbers[index]);
  }
  pthread_sigmask(SIG_BLOCK, &endings, NULL);
}

int ct_ending_wait(void) {
  int number = 0;
  while (sigwait(&endings, &number) != 0) continue;
  return number;
}

void ct_ending_die(int number) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  signal(number, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &one, NULL);
  raise(number);
  _exit(128 + number);
}

bool ct_is_terminal(int descriptor) { return isatty(descriptor) == 1; }
