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

static const int fatal_signals[] = {SIGILL,  SIGTRAP, SIGSEGV, SIGBUS,  SIGFPE,
                                    SIGABRT, SIGHUP,  SIGINT,  SIGTERM, SIGQUIT};
enum { FATAL_COUNT = sizeof fatal_signals / sizeof *fatal_signals, STACK_SIZE = 64 * 1024 };

static struct sigaction previous_actions[FATAL_COUNT];
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
  // In the background the terminal already belongs to somebody else.
  if (armed && tcgetpgrp(STDIN_FILENO) == getpgrp()) {
    // Another thread may be about to draw, which would cover the message.
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0 && screen_descriptor >= 0) dup2(nowhere, screen_descriptor);
    write_all(STDOUT_FILENO, farewell_bytes, farewell_count);
    if (have_settings) tcsetattr(STDIN_FILENO, TCSANOW, &shell_settings);
  }
  armed = 0;
  release_stderr();
  for (int i = 0; i < FATAL_COUNT; i++)
    if (fatal_signals[i] == signal_number) sigaction(signal_number, &previous_actions[i], NULL);
  // A fault runs again on return and meets the earlier handler (the runtime's backtrace) with its
  // own registers; any other signal is sent once more.
  bool runs_again = info->si_code > 0 && (signal_number == SIGILL || signal_number == SIGSEGV ||
                                          signal_number == SIGBUS || signal_number == SIGFPE);
  if (!runs_again) raise(signal_number);
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
  for (int i = 0; i < FATAL_COUNT; i++) {
    sigaction(fatal_signals[i], &action, &previous_actions[i]);
    // What the parent chose to ignore (nohup) stays ignored.
    if (previous_actions[i].sa_handler == SIG_IGN)
      sigaction(fatal_signals[i], &previous_actions[i], NULL);
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
    for (int i = 0; i < FATAL_COUNT; i++)
      sigaction(fatal_signals[i], &previous_actions[i], NULL);
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

bool ct_is_terminal(int descriptor) { return isatty(descriptor) == 1; }
