// The screen: ncursesw, its keys and its mouse.
#include "CTerminal.h"
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

// Not <term.h>: its macros (buttons, columns, lines) break ordinary member names.
extern char *tigetstr(const char *);

enum { KEY_PING = KEY_MAX + 200, KEY_PASTE_BEGIN, KEY_PASTE_END, EMPTY_READS = 200,
       MOUSE_BURST = 8 };

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

static SCREEN *screen;
/// The terminal under a descriptor of the screen's own, which can be turned away from it.
static FILE *output;
static int wake_pipe[2] = {-1, -1};
static volatile sig_atomic_t got_resize, got_stop, got_continue;
static cchar_t *row_buffer;
static int row_capacity, empty_reads;
static ct_event mouse_events[MOUSE_BURST];
static int mouse_count;

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

void ct_wake(void) {
  int saved = errno;
  if (wake_pipe[1] >= 0) {
    ssize_t written = write(wake_pipe[1], "w", 1);  // full: the loop wakes anyway
    (void)written;
  }
  errno = saved;
}

static void on_signal(int signal_number) {
  if (signal_number == SIGWINCH) got_resize = 1;
  if (signal_number == SIGTSTP) got_stop = 1;
  if (signal_number == SIGCONT) got_continue = 1;
  ct_wake();
}

static void handle(int signal_number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal_number, &action, NULL);
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

static bool make_pipe(void) {
  if (wake_pipe[0] >= 0) return true;
  if (pipe(wake_pipe) != 0) return false;
  for (int i = 0; i < 2; i++) {
    fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
    fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
  }
  return true;
}

int ct_open(void) {
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) {
    // LANG=C would draw every box as a blank. In the environment too: readline asks again.
    setenv("LC_ALL", "C.UTF-8", 1);
    setlocale(LC_CTYPE, "");
  }
  if (!make_pipe() || !make_output()) return -1;
  handle(SIGWINCH, on_signal);  // before newterm: ncurses then leaves it alone
  ct_guard_set();
  screen = newterm(NULL, output, stdin);
  if (!screen) {
    ct_guard_clear();
    return -1;
  }
  set_term(screen);
  // A terminal that cannot move its cursor cannot show a screen.
  if (!*capability("cup")) {
    endwin();
    delscreen(screen);
    screen = NULL;
    ct_guard_clear();
    return -1;
  }
  guard_screen();
  handle(SIGTSTP, on_signal);
  handle(SIGCONT, on_signal);
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
  return 0;
}

void ct_close(void) {
  if (!screen) return;
  write_raw(paste_off, sizeof paste_off - 1);
  endwin();
  delscreen(screen);
  screen = NULL;
  handle(SIGTSTP, SIG_DFL);
  handle(SIGCONT, SIG_DFL);
  ct_guard_clear();
}

int ct_rows(void) { return LINES; }
int ct_columns(void) { return COLS; }
int ct_colors(void) { return has_colors() ? COLORS : 0; }

static int color_pair(int foreground, int background) {
  // alloc_pair crashes where there is no colour.
  if (foreground == -1 && background == -1) return 0;
  if (!has_colors() || foreground >= COLORS || background >= COLORS) return 0;
  int pair = alloc_pair(foreground, background);
  return pair < 0 ? 0 : pair;
}

void ct_put_row(int row, const ct_cell *cells, int count) {
  if (count > row_capacity) {
    cchar_t *larger = realloc(row_buffer, (size_t)count * sizeof *larger);
    if (!larger) return;
    row_buffer = larger;
    row_capacity = count;
  }
  int used = 0, foreground = -1, background = -1, pair = 0;
  for (int i = 0; i < count; i++) {
    const ct_cell *cell = &cells[i];
    if (cell->scalar == 0) continue;  // right half of a wide character
    if (cell->foreground != foreground || cell->background != background) {
      foreground = cell->foreground;
      background = cell->background;
      pair = color_pair(foreground, background);
    }
    attr_t attributes = 0;
    if (cell->attributes & CT_BOLD) attributes |= A_BOLD;
    if (cell->attributes & CT_REVERSE) attributes |= A_REVERSE;
    if (cell->attributes & CT_UNDERLINE) attributes |= A_UNDERLINE;
    if (cell->attributes & CT_DIM) attributes |= A_DIM;
    wchar_t text[3] = {(wchar_t)cell->scalar, (wchar_t)cell->combining, 0};
    // The last argument points to an int: pairs above 255 would be lost otherwise.
    setcchar(&row_buffer[used++], text, attributes, 0, &pair);
  }
  mvwadd_wchnstr(stdscr, row, 0, row_buffer, used);
}

void ct_place_cursor(int row, int column, bool visible) {
  curs_set(visible ? 1 : 0);
  wmove(stdscr, row, column);
}

void ct_flush(void) {
  wnoutrefresh(stdscr);
  doupdate();
}

void ct_force_repaint(void) { clearok(curscr, TRUE); }

/// Whether a signal has come; one that comes meanwhile counts the next time.
static bool take(volatile sig_atomic_t *flag) {
  if (!*flag) return false;
  *flag = 0;
  return true;
}

int ct_wait(int timeout_ms) {
  struct pollfd waits[2] = {{STDIN_FILENO, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
  int ready = poll(waits, 2, timeout_ms), why = 0;
  if (ready > 0) {
    // The terminal is gone: leave, or the loop would spin.
    if (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL)) return -1;
    if (waits[0].revents) {
      why |= CT_WAIT_INPUT;
      if (++empty_reads > EMPTY_READS) return -1;  // readable for ever, and nothing to read
    }
    if (waits[1].revents) {
      char bytes[64];
      while (read(wake_pipe[0], bytes, sizeof bytes) > 0) {
      }
      why |= CT_WAIT_WAKE;
    }
  }
  if (take(&got_resize)) why |= CT_WAIT_RESIZE;
  if (take(&got_stop)) why |= CT_WAIT_STOP;
  if (take(&got_continue)) why |= CT_WAIT_CONTINUE;
  return why;
}

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
  got_continue = 0;
}

void ct_suspend(void) {
  write_raw(paste_off, sizeof paste_off - 1);
  def_prog_mode();
  endwin();
  handle(SIGTSTP, SIG_DFL);
  kill(0, SIGTSTP);  // stops here, with the rest of the job, until fg
  handle(SIGTSTP, on_signal);
  ct_resume();
}

void ct_pong(void) {
  static const char answer[] = "\033]7777;pong\a";
  write_raw(answer, sizeof answer - 1);
}

static uint32_t key_code(int key) {
  switch (key) {
  case KEY_UP: return CT_KEY_UP;
  case KEY_DOWN: return CT_KEY_DOWN;
  case KEY_LEFT: return CT_KEY_LEFT;
  case KEY_RIGHT: return CT_KEY_RIGHT;
  case KEY_HOME: return CT_KEY_HOME;
  case KEY_END: return CT_KEY_END;
  case KEY_PPAGE: return CT_KEY_PAGE_UP;
  case KEY_NPAGE: return CT_KEY_PAGE_DOWN;
  case KEY_BTAB: return CT_KEY_BACK_TAB;
  case KEY_ENTER: return CT_KEY_ENTER;
  case KEY_BACKSPACE: return CT_KEY_BACKSPACE;
  case KEY_DC: return CT_KEY_DELETE;
  case KEY_IC: return CT_KEY_INSERT;
  case KEY_SLEFT: return CT_KEY_SHIFT_LEFT;
  case KEY_SRIGHT: return CT_KEY_SHIFT_RIGHT;
  case KEY_SR: return CT_KEY_SHIFT_UP;
  case KEY_SF: return CT_KEY_SHIFT_DOWN;
  default:
    if (key > KEY_F0 && key <= KEY_F0 + 24) return (uint32_t)(CT_KEY_FUNCTION + (key - KEY_F0));
    return CT_KEY_OTHER;
  }
}

/// A key as the very bytes that the terminal sent for it, so that readline needs no table.
static void set_bytes(ct_event *event, int key) {
  char *bound = NULL;
  if (key == KEY_BACKSPACE) {
    strcpy(event->bytes, "\177");
  } else if (key == KEY_ENTER) {
    strcpy(event->bytes, "\r");
  } else if ((bound = keybound(key, 0))) {
    strncpy(event->bytes, bound, sizeof event->bytes - 1);
    free(bound);
  }
  event->count = (int32_t)strlen(event->bytes);
}

/// Takes a burst of mouse events, which ncurses reports with one key and hands out last first.
static void read_mouse(void) {
  MEVENT mouse;
  for (mouse_count = 0; mouse_count < MOUSE_BURST && getmouse(&mouse) == OK; mouse_count++) {
    ct_event *event = &mouse_events[mouse_count];
    memset(event, 0, sizeof *event);
    event->kind = CT_EVENT_MOUSE;
    event->row = mouse.y;
    event->column = mouse.x;
    if (mouse.bstate & BUTTON1_PRESSED) event->buttons |= CT_BUTTON_LEFT;
    if (mouse.bstate & BUTTON3_PRESSED) event->buttons |= CT_BUTTON_RIGHT;
    if (mouse.bstate & BUTTON4_PRESSED) event->buttons |= CT_WHEEL_UP;
    if (mouse.bstate & BUTTON5_PRESSED) event->buttons |= CT_WHEEL_DOWN;
  }
}

bool ct_next_event(ct_event *event) {
  if (mouse_count > 0) {
    *event = mouse_events[--mouse_count];
    return true;
  }
  memset(event, 0, sizeof *event);
  // Not wget_wch: with nodelay it loses a UTF-8 character that arrives in two reads.
  int key = wgetch(stdscr);
  if (key == ERR) return false;
  empty_reads = 0;
  if (key < 256) {
    event->kind = CT_EVENT_BYTE;
    event->code = (uint32_t)key;
    event->bytes[0] = (char)key;
    event->count = 1;
    return true;
  }
  switch (key) {
  case KEY_RESIZE: break;
  case KEY_PING: event->kind = CT_EVENT_PING; break;
  case KEY_PASTE_BEGIN: event->kind = CT_EVENT_PASTE_BEGIN; break;
  case KEY_PASTE_END: event->kind = CT_EVENT_PASTE_END; break;
  case KEY_MOUSE:
    read_mouse();
    if (mouse_count > 0) *event = mouse_events[--mouse_count];
    break;
  default:
    event->kind = CT_EVENT_KEY;
    event->code = key_code(key);
    set_bytes(event, key);
  }
  return true;
}
