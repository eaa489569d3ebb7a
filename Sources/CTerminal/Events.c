// What comes from the terminal: keys, the mouse, signals.
#include "Events.h"
#include "CTerminal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EMPTY_READS = 200, MOUSE_BURST = 8 };

static int wake_pipe[2] = {-1, -1};
static volatile sig_atomic_t got_resize, got_stop, got_continue;
static int empty_reads;
static ct_event mouse_events[MOUSE_BURST];
static int mouse_count;

bool ct_make_wake_pipe(void) {
  if (wake_pipe[0] >= 0) return true;
  if (pipe(wake_pipe) != 0) return false;
  for (int i = 0; i < 2; i++) {
    fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
    fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
  }
  return true;
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

void ct_catch(int signal_number) { handle(signal_number, on_signal); }
void ct_release(int signal_number) { handle(signal_number, SIG_DFL); }
void ct_forget_continue(void) { got_continue = 0; }

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
