// The two terminal libraries behind plain integers, pointers and one cell struct.
//
// Neither <curses.h> nor <readline/readline.h> may be included here: their globals are errors in
// Swift 6 mode and their short names (move, erase, box) would land in Swift's global scope.
#ifndef CTERMINAL_H
#define CTERMINAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Screen (Screen.c, ncursesw)

enum { CT_BOLD = 1, CT_REVERSE = 2, CT_UNDERLINE = 4, CT_DIM = 8 };

/// One character cell. `scalar` 0 is the right half of a wide character; colours are palette
/// indexes, -1 the terminal's own.
typedef struct {
  uint32_t scalar;
  uint32_t combining;
  int16_t foreground;
  int16_t background;
  uint32_t attributes;
} ct_cell;

enum { CT_EVENT_NONE, CT_EVENT_BYTE, CT_EVENT_KEY, CT_EVENT_MOUSE, CT_EVENT_PING,
       CT_EVENT_PASTE_BEGIN, CT_EVENT_PASTE_END };
enum { CT_KEY_OTHER, CT_KEY_UP, CT_KEY_DOWN, CT_KEY_LEFT, CT_KEY_RIGHT, CT_KEY_HOME, CT_KEY_END,
       CT_KEY_PAGE_UP, CT_KEY_PAGE_DOWN, CT_KEY_BACK_TAB, CT_KEY_ENTER, CT_KEY_BACKSPACE,
       CT_KEY_DELETE, CT_KEY_INSERT, CT_KEY_SHIFT_LEFT, CT_KEY_SHIFT_RIGHT, CT_KEY_SHIFT_UP,
       CT_KEY_SHIFT_DOWN, CT_KEY_FUNCTION = 100 };
enum { CT_BUTTON_LEFT = 1, CT_BUTTON_RIGHT = 2, CT_WHEEL_UP = 4, CT_WHEEL_DOWN = 8 };

/// One thing that came from the terminal, with the very bytes that it sent.
typedef struct {
  int32_t kind;
  uint32_t code;
  int32_t row, column;
  uint32_t buttons;
  int32_t count;
  char bytes[16];
} ct_event;

enum { CT_WAIT_INPUT = 1, CT_WAIT_RESIZE = 2, CT_WAIT_WAKE = 4, CT_WAIT_STOP = 8,
       CT_WAIT_CONTINUE = 16 };

enum { CT_OPENED, CT_NO_TERMINAL_TYPE, CT_NO_CURSOR, CT_NO_RESOURCES };
/// Takes the terminal over; CT_OPENED, or why it cannot show a screen.
int ct_open(void);
/// Gives the terminal back as it was; harmless when it is not open.
void ct_close(void);
int ct_rows(void);
int ct_columns(void);
int ct_colors(void);
void ct_put_row(int row, const ct_cell *cells, int count);
void ct_place_cursor(int row, int column, bool visible);
void ct_flush(void);
/// Makes the next flush repaint every cell.
void ct_force_repaint(void);
/// The next event that is already here; never blocks longer than the escape delay.
bool ct_next_event(ct_event *event);
/// Waits for any of CT_WAIT_*; -1 when the terminal is gone.
int ct_wait(int timeout_ms);
/// Wakes ct_wait; safe from any thread.
void ct_wake(void);
void ct_resize(void);
/// Gives the terminal back, stops the process group, and returns after SIGCONT.
void ct_suspend(void);
/// Takes the terminal again after a stop that was not ours.
void ct_resume(void);
/// Answers a ping, in an operating system command that every terminal ignores.
void ct_pong(void);

// MARK: Guard (Guard.c)

/// From now on every fatal signal gives the terminal its present settings back. To be called
/// before ncurses starts: it takes the settings as they are, and ncurses takes free signals.
void ct_guard_set(void);
/// A screen is up: on a fatal signal `descriptor`, with which it is drawn, leads nowhere, `farewell` is
/// written to standard output, and standard error is kept aside and shown when the screen is given back.
void ct_guard_screen(const char *farewell, size_t count, int descriptor);
void ct_guard_clear(void);
/// Gives the calling thread a stack of its own for the fatal handler.
void ct_guard_thread(void);
/// Counts SIGINT instead of dying from it; for a prompt without a screen.
void ct_interrupt_catch(void);
/// Whether SIGINT came since the last call.
bool ct_interrupt_take(void);
/// From now on SIGINT, SIGTERM and SIGHUP, those that are not ignored, wait for ct_ending_wait, in this thread
/// and those that it starts.
void ct_ending_hold(void);
/// Waits for one of them.
int ct_ending_wait(void);
/// Dies of a signal, as if it had not been held.
void ct_ending_die(int number);
bool ct_is_terminal(int descriptor);

// MARK: Line editor (LineEditor.c, LineSearch.c, GNU readline)

/// Adds candidates by ct_editor_add_candidate, and returns what follows a single one (0: nothing).
typedef char (*ct_completer)(void *context, const char *word, const char *line, int start);

void ct_editor_setup(
  const char *name, const char *word_breaks, ct_completer completer, void *context,
  bool on_screen);
void ct_editor_add_candidate(const char *candidate);
void ct_editor_begin(const char *prompt, const char *text);
void ct_editor_end(void);
/// No completer from now on: its context is about to go.
void ct_editor_forget(void);
void ct_editor_feed(const char *bytes, size_t count);
/// Whether something was fed that no line has taken.
bool ct_editor_has_waiting(void);
/// The bytes that wait for it.
const char *ct_editor_waiting(size_t *count);
enum { CT_EDITOR_EDITING, CT_EDITOR_LINE, CT_EDITOR_EOF };
/// Edits with what was fed; with CT_EDITOR_LINE, `*line` is valid until the next begin.
int ct_editor_take(const char **line);
const char *ct_editor_text(void);
/// The cursor as a byte offset into the text.
int ct_editor_point(void);
const char *ct_editor_prompt(void);
bool ct_editor_is_vi(void);
/// Whether the keys of vi are in force, and typed characters are inserted.
bool ct_editor_is_vi_insertion(void);
/// Whether readline has a command for exactly these bytes.
bool ct_editor_binds(const char *keys, size_t count);
int ct_editor_match_count(void);
const char *ct_editor_match(int index);
void ct_editor_clear_matches(void);
/// Forgets the line and what was typed ahead.
void ct_editor_drop_line(void);
/// Reads the history file; later lines are appended to it.
void ct_history_open(const char *path, int limit);
void ct_history_add(const char *line);
/// One line by plain readline on a terminal, which begins as `text`; valid until the next, NULL at the
/// end of the input. `*interrupted` tells a line dropped by SIGINT.
const char *ct_editor_read_plain(const char *prompt, const char *text, bool *interrupted);
#endif
