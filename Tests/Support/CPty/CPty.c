#include "CPty.h"
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int cpty_spawn(
    const char *path, char *const arguments[], char *const environment[], int rows, int columns,
    pid_t *process) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  int terminal = -1;
  pid_t child = forkpty(&terminal, NULL, NULL, &size);
  if (child < 0) return -1;
  if (child == 0) {
    // Test threads block signals, a child inherits that, and SIGWINCH would never come.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
    _exit(127);
  }
  *process = child;
  return terminal;
}

int cpty_resize(int terminal, int rows, int columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  return ioctl(terminal, TIOCSWINSZ, &size);
}

bool cpty_is_cooked(int terminal) {
  struct termios settings;
  if (tcgetattr(terminal, &settings) != 0) return false;
  tcflag_t wanted = ICANON | ECHO | ISIG;
  return (settings.c_lflag & wanted) == wanted && (settings.c_oflag & ONLCR) &&
         (settings.c_iflag & ICRNL);
}
