// The screen: taking the terminal over with ncursesw, and giving it back.
#include "CTerminal.h"
#include "Events.h"
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// Not <term.h>: its macros (buttons, columns, lines) break ordinary member names.
extern char *tigetstr(const char *);

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

static SCREEN *screen;
/// The terminal under a descriptor of the screen's own, which can be turned away from it.
static FILE *output;

static bool make_output(void) {
  if (output) return true;
  int descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (descriptor >= 0) output = fdopen(descriptor, "w");
  if (!output && descriptor >= 0) close(descriptor);
  return output != NULL;
}

static void write_raw(const char *bytes, size_t count) {
  fflush(output);
  while (count > 0) {
    ssize_t written = write(fileno(output), bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

static void append(char *text, size_t capacity, const char *more) {
  // Terminfo strings may hold delays ($<5>), which no terminal of today needs.
  size_t length = strlen(text);
  for (; more && *more && length + 1 < capacity; more++) {
    if (more[0] == '$' && more[1] == '<') {
      while (*more && *more != '>') more++;
      if (!*more) break;
      continue;
    }
    text[length++] = *more;
  }
  text[length] = 0;
}

static const char *capability(const char *name) {
  char *value = tigetstr(name);
  return value == NULL || value == (char *)-1 ? "" : value;
}

/// What a dying program writes instead of endwin, which may not be called in a signal handler.
static void guard_screen(void) {
  char text[512] = "";
  append(text, sizeof text, "\033[?1006l\033[?1002l\033[?1000l");
  append(text, sizeof text, paste_off);
  append(text, sizeof text, capability("sgr0"));
  append(text, sizeof text, capability("op"));
  append(text, sizeof text, capability("rmkx"));
  append(text, sizeof text, capability("cnorm"));
  const char *leave = capability("rmcup");
  append(text, sizeof text, *leave ? leave : "\033[999;1H\r\n");
  ct_guard_screen(text, strlen(text), fileno(output));
}

int ct_open(void) {
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) {
    // LANG=C would draw every box as a blank. In the environment too: readline asks again.
    setenv("LC_ALL", "C.UTF-8", 1);
    setlocale(LC_CTYPE, "");
  }
  if (!ct_make_wake_pipe() || !make_output()) return CT_NO_RESOURCES;
  ct_catch(SIGWINCH);  // before newterm: ncurses then leaves it alone
  ct_guard_set();
  screen = newterm(NULL, output, stdin);
  if (!screen) {
    ct_guard_clear();
    return CT_NO_TERMINAL_TYPE;
  }
  set_term(screen);
  // A terminal that cannot move its cursor cannot show a screen.
  if (!*capability("cup")) {
    endwin();
    delscreen(screen);
    screen = NULL;
    ct_guard_clear();
    return CT_NO_CURSOR;
  }
  guard_screen();
  ct_catch(SIGTSTP);
  ct_catch(SIGCONT);
  raw();
  noecho();
  nonl();
  if (!getenv("ESCDELAY")) set_escdelay(25);
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  leaveok(stdscr, FALSE);
  scrollok(stdscr, FALSE);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  mousemask(BUTTON1_PRESSED | BUTTON3_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
  mouseinterval(0);
  define_key("\033[7777~", KEY_PING);
  define_key("\033[200~", KEY_PASTE_BEGIN);
  define_key("\033[201~", KEY_PASTE_END);
  write_raw(paste_on, sizeof paste_on - 1);
  static bool registered;
  if (!registered) registered = atexit(ct_close) == 0;
  ct_resize();
  return CT_OPENED;
}

void ct_close(void) {
  if (!screen) return;
  write_raw(paste_off, sizeof paste_off - 1);
  endwin();
  delscreen(screen);
  screen = NULL;
  ct_release(SIGTSTP);
  ct_release(SIGCONT);
  ct_guard_clear();
}

int ct_rows(void) { return LINES; }
int ct_columns(void) { return COLS; }
int ct_colors(void) { return has_colors() ? COLORS : 0; }

void ct_resize(void) {
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
    resizeterm(size.ws_row, size.ws_col);
}

void ct_resume(void) {
  reset_prog_mode();
  write_raw(paste_on, sizeof paste_on - 1);
  ct_resize();
  clearok(curscr, TRUE);
  refresh();
  ct_forget_continue();
}

void ct_suspend(void) {
  write_raw(paste_off, sizeof paste_off - 1);
  def_prog_mode();
  endwin();
  ct_release(SIGTSTP);
  kill(0, SIGTSTP);  // stops here, with the rest of the job, until fg
  ct_catch(SIGTSTP);
  ct_resume();
}

void ct_pong(void) {
  static const char answer[] = "\033]7777;pong\a";
  write_raw(answer, sizeof answer - 1);
}

