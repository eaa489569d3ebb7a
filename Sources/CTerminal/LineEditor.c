// The line editor: GNU readline fed with bytes; drawing is left to the caller.
//
// readline is GPL-3.0-or-later. It is used in this file and in LineSearch.c only.
#include "CTerminal.h"
#include "LineSearch.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <readline/history.h>
#include <readline/readline.h>

static char *queue;
static size_t queue_count, queue_capacity, queue_position;
static char *finished_line;
static int state;
static char **matches;
static int match_count;
static char **candidates;
static int candidate_count;
static ct_completer completer;
static void *completer_context;
static char *history_path;
static Keymap line_end_keymap;

/// As large as the argument of a command gets, such as the count before a character.
enum { LARGEST_ARGUMENT = 1000 };

// MARK: Completion

void ct_editor_clear_matches(void) {
  for (int i = 0; i < match_count; i++) free(matches[i]);
  free(matches);
  matches = NULL;
  match_count = 0;
}

static void keep_matches(char **found, int count, int longest) {
  (void)longest;
  ct_editor_clear_matches();
  matches = calloc((size_t)count, sizeof *matches);
  if (!matches) return;
  match_count = count;
  for (int i = 0; i < count; i++) matches[i] = strdup(found[i + 1]);
}

void ct_editor_add_candidate(const char *candidate) {
  // The last place stays NULL, and the first is kept for the common prefix.
  char **larger = realloc(candidates, ((size_t)candidate_count + 3) * sizeof *larger);
  if (!larger) return;
  candidates = larger;
  candidates[1 + candidate_count++] = strdup(candidate);
  candidates[1 + candidate_count] = NULL;
}

static size_t common_count(const char *a, const char *b, size_t limit) {
  size_t count = 0;
  while (count < limit && a[count] && a[count] == b[count]) count++;
  while (count > 0 && (a[count] & 0xc0) == 0x80) count--;  // never half a character
  return count;
}

static char **complete(const char *word, int start, int end) {
  (void)end;
  rl_attempted_completion_over = 1;  // never fall back on file names
  candidates = NULL;
  candidate_count = 0;
  if (!completer) return NULL;
  char append = completer(completer_context, word, rl_line_buffer, start);
  rl_completion_append_character = append;
  rl_completion_suppress_append = append == 0;
  if (candidate_count == 0) return NULL;
  // readline inserts element 0 and lists the others; a single one stands there alone.
  size_t count = strlen(candidates[1]);
  for (int i = 2; i <= candidate_count; i++)
    count = common_count(candidates[1], candidates[i], count);
  candidates[0] = strndup(candidates[1], count);
  if (candidate_count == 1) {
    free(candidates[1]);
    candidates[1] = NULL;
  }
  return candidates;
}

static int redraw_key(int count, int key) {
  (void)count;
  (void)key;
  ct_force_repaint();
  return 0;
}

// MARK: Pasted text

static const char paste_end[] = "\033[201~";

/// Inserts what stands in the queue up to the mark that ends a paste.
static int insert_paste(int count, int key) {
  (void)count;
  (void)key;
  const char *start = queue + queue_position;
  size_t rest = queue_count - queue_position;
  const char *end = memmem(start, rest, paste_end, sizeof paste_end - 1);
  size_t size = end ? (size_t)(end - start) : rest;
  char *text = strndup(start, size);
  queue_position += end ? size + sizeof paste_end - 1 : size;
  if (!text) return 1;
  rl_insert_text(text);
  free(text);
  return 0;
}

// MARK: Set-up

static void set_up_common(const char *name, const char *word_breaks) {
  rl_readline_name = strdup(name);
  rl_attempted_completion_function = complete;
  rl_completer_word_break_characters = strdup(word_breaks);
  rl_completer_quote_characters = "";
  rl_change_environment = 0;  // LINES and COLUMNS exported would hide resizes from ncurses
  using_history();
}

static int next_byte(FILE *file) {
  (void)file;
  if (queue_position < queue_count) return (unsigned char)queue[queue_position++];
  // A command that reads more than it was fed is cancelled: to wait here would stop the screen.
  return 'G' & 0x1f;
}

static int bytes_wait(void) { return queue_position < queue_count; }
static void draw_nothing(void) {}

enum { INTERRUPT_POLL_MS = 50 };

static void bound_argument(void) {
  if (rl_numeric_arg > LARGEST_ARGUMENT) rl_numeric_arg = LARGEST_ARGUMENT;
  if (rl_numeric_arg < -LARGEST_ARGUMENT) rl_numeric_arg = -LARGEST_ARGUMENT;
}

static int next_plain_byte(FILE *file) {
  struct pollfd wait = {fileno(file), POLLIN, 0};
  bound_argument();
  for (;;) {
    // SIGINT may come between two reads, when none is there to be interrupted: look now and then.
    int ready = poll(&wait, 1, INTERRUPT_POLL_MS);
    // readline keeps a signal to itself until it is asked. One that came before a key counts before it, or
    // the key would go the way of the line.
    rl_check_signals();
    if (ct_interrupt_take()) {
      state = CT_EDITOR_EOF;  // tells ct_editor_read_plain that the line was dropped
      rl_replace_line("", 1);
      return '\n';
    }
    if (ready <= 0) continue;
    unsigned char byte;
    ssize_t count = read(wait.fd, &byte, 1);
    if (count == 1) return byte;
    if (count == 0 || errno != EINTR) return EOF;
  }
}

/// Binds what readline binds from terminfo, which it does not read without a display of its own, and
/// removes key bindings that leave the editor in an unexpected state.
static void bind_keys(void) {
  rl_bind_keyseq_if_unbound("\\e[3~", rl_delete);
  rl_bind_keyseq_if_unbound("\\e[1;5C", rl_forward_word);
  rl_bind_keyseq_if_unbound("\\e[1;5D", rl_backward_word);
  rl_bind_keyseq_if_unbound("\\e[1;3C", rl_forward_word);
  rl_bind_keyseq_if_unbound("\\e[1;3D", rl_backward_word);
  // Alt-Enter is Enter, not a change to the keys of vi.
  rl_bind_keyseq("\\e\\C-j", rl_newline);
  rl_bind_keyseq("\\e\\C-m", rl_newline);
}

static void set_up_screen(void) {
  rl_instream = stdin;
  rl_outstream = fopen("/dev/null", "w");  // nothing of readline's own may reach the screen
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_prep_term_function = NULL;
  rl_deprep_term_function = NULL;
  rl_getc_function = next_byte;
  rl_input_available_hook = bytes_wait;
  rl_redisplay_function = draw_nothing;
  rl_completion_display_matches_hook = keep_matches;
  rl_completion_query_items = -1;
}

void ct_editor_setup(
    const char *name, const char *word_breaks, ct_completer new_completer, void *context,
    bool on_screen) {
  completer = new_completer;
  completer_context = context;
  set_up_common(name, word_breaks);
  if (on_screen)
    set_up_screen();
  else
    rl_getc_function = next_plain_byte;
  rl_initialize();
  bind_keys();
  ct_search_install();
  if (!on_screen) return;
  rl_variable_bind("bell-style", "none");
  rl_variable_bind("show-all-if-ambiguous", "on");
  rl_variable_bind("blink-matching-paren", "off");  // it waits
  rl_bind_key('L' & 0x1f, redraw_key);
  static const char *const keymaps[] = {"emacs-standard", "vi-move", "vi-insert"};
  for (int i = 0; i < 3; i++)
    rl_bind_keyseq_in_map("\\e[200~", insert_paste, rl_get_keymap_by_name(keymaps[i]));
}

// MARK: A line, fed byte by byte

static void on_line(char *line) {
  rl_callback_handler_remove();  // no new prompt until the command has run
  state = line ? CT_EDITOR_LINE : CT_EDITOR_EOF;
  finished_line = line;
}

void ct_editor_end(void) { rl_callback_handler_remove(); }

void ct_editor_forget(void) {
  ct_editor_end();
  completer = NULL;
}

void ct_editor_begin(const char *prompt, const char *text) {
  free(finished_line);
  finished_line = NULL;
  state = CT_EDITOR_EDITING;
  rl_callback_handler_install(prompt, on_line);
  if (text && *text) rl_insert_text(text);
}

void ct_editor_feed(const char *bytes, size_t count) {
  if (queue_position == queue_count) queue_position = queue_count = 0;
  if (queue_count + count > queue_capacity) {
    size_t capacity = (queue_count + count) * 2 + 64;
    char *larger = realloc(queue, capacity);
    if (!larger) return;
    queue = larger;
    queue_capacity = capacity;
  }
  memcpy(queue + queue_count, bytes, count);
  queue_count += count;
}

bool ct_editor_has_waiting(void) { return queue_position < queue_count; }

const char *ct_editor_waiting(size_t *count) {
  *count = queue_count - queue_position;
  return queue + queue_position;
}

int ct_editor_take(const char **line) {
  while (state == CT_EDITOR_EDITING && queue_position < queue_count) {
    bound_argument();
    rl_callback_read_char();
  }
  if (state == CT_EDITOR_LINE) *line = finished_line;
  return state;
}

const char *ct_editor_text(void) { return rl_line_buffer ? rl_line_buffer : ""; }
int ct_editor_point(void) { return rl_point; }
const char *ct_editor_prompt(void) { return rl_display_prompt ? rl_display_prompt : ""; }
bool ct_editor_is_vi(void) { return rl_editing_mode == 0; }

bool ct_editor_is_vi_insertion(void) {
  return ct_editor_is_vi() && ct_search_keymap_behind() == rl_get_keymap_by_name("vi-insert");
}

bool ct_editor_binds(const char *keys, size_t count) {
  int kind = ISFUNC;
  rl_command_func_t *function =
      rl_function_of_keyseq_len(keys, count, ct_search_keymap_behind(), &kind);
  return function && kind != ISKMAP && function != rl_do_lowercase_version;
}

int ct_editor_match_count(void) { return match_count; }
const char *ct_editor_match(int index) { return matches[index]; }

/// Ends the line as Enter does, so that readline puts edited lines of the history right and frees what
/// it holds once.
static void end_line(void) {
  if (!line_end_keymap) {
    line_end_keymap = rl_make_bare_keymap();
    for (int key = 0; key < 256; key++) line_end_keymap[key].function = rl_newline;
  }
  Keymap keymap = rl_get_keymap();
  rl_set_keymap(line_end_keymap);
  ct_editor_feed("\r", 1);
  rl_callback_read_char();
  rl_set_keymap(keymap);
}

void ct_editor_drop_line(void) {
  queue_position = queue_count = 0;
  ct_search_leave();
  if (state == CT_EDITOR_EDITING && RL_ISSTATE(RL_STATE_CALLBACK)) {
    rl_callback_sigcleanup();
    rl_clear_pending_input();
    end_line();
    rl_free_line_state();
  }
  queue_position = queue_count = 0;
}

// MARK: History

void ct_history_open(const char *path, int limit) {
  free(history_path);
  history_path = strdup(path);
  read_history(path);
  stifle_history(limit);
  history_truncate_file(path, limit);
}

void ct_history_add(const char *line) {
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
  if (last && strcmp(last->line, line) == 0) return;
  add_history(line);
  // At once, so that a crash loses no line. append_history does not create the file.
  if (history_path && append_history(1, history_path) != 0) write_history(history_path);
}

// MARK: Without a screen

static const char *plain_text;

static int insert_plain_text(void) {
  rl_insert_text(plain_text);
  rl_startup_hook = NULL;
  return 0;
}

const char *ct_editor_read_plain(const char *prompt, const char *text, bool *interrupted) {
  state = CT_EDITOR_EDITING;
  free(finished_line);
  plain_text = text;
  rl_startup_hook = *text ? insert_plain_text : NULL;
  finished_line = readline(prompt);
  ct_search_leave();
  *interrupted = state == CT_EDITOR_EOF;
  return finished_line;
}
