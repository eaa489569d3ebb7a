// Searches in the history and in the line.
//
// readline's own read their keys by themselves. Fed with one key at a time they crash (a prefix such as
// Ctrl-X within Ctrl-R), or wait for a key that is not to come; and they move in the history without
// keeping account of edited lines, whose lists of changes are then freed twice. Here a search is a keymap:
// every key is a command of its own until one of them ends the search, and lines are gone to as the arrow
// keys do.
#include "LineSearch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/history.h>

enum { PATTERN_SIZE = 256, DELETE = 0177 };

static Keymap search_keymap, seek_keymap;
/// The keymap before the search; NULL while there is none.
static Keymap keymap_behind;

static char pattern[PATTERN_SIZE], last_pattern[PATTERN_SIZE];
static size_t pattern_count;
/// -1 towards older lines and the line's start, 1 towards newer ones and its end.
static int direction;
static bool is_missing;
/// Whether Enter only ends the search, as with the keys of vi, and does not finish the line.
static bool stays_at_enter;
/// Where the search began: a place in the history, and in the line.
static int origin, origin_point;

static char sought[8];
static size_t sought_count;
static int sought_times;

static void enter(Keymap keymap) {
  if (!keymap_behind) keymap_behind = rl_get_keymap();
  rl_set_keymap(keymap);
}

void ct_search_leave(void) {
  if (!keymap_behind) return;
  if (rl_get_keymap() == search_keymap && pattern_count > 0) strcpy(last_pattern, pattern);
  rl_set_keymap(keymap_behind);
  keymap_behind = NULL;
  rl_clear_message();
}

Keymap ct_search_keymap_behind(void) { return keymap_behind ? keymap_behind : rl_get_keymap(); }

// MARK: In the history

/// Shows a line of the history as the arrow keys do.
static void go_to(int line) {
  int distance = where_history() - line;
  if (distance > 0) rl_get_previous_history(distance, 0);
  if (distance < 0) rl_get_next_history(-distance, 0);
}

/// Goes to the first line from `line` on that holds the pattern.
static void find_from(int line) {
  HIST_ENTRY **lines = history_list();
  if (direction < 0 && line >= history_length) line = history_length - 1;
  for (; line >= 0 && line < history_length; line += direction) {
    const char *place = lines[line]->line ? strstr(lines[line]->line, pattern) : NULL;
    if (!place) continue;
    int point = (int)(place - lines[line]->line);
    go_to(line);
    // The line may have been edited since.
    rl_point = point <= rl_end ? point : rl_end;
    is_missing = false;
    return;
  }
  is_missing = true;
}

static void show_pattern(void) {
  rl_message(
      "(%s%si-search)`%s': ", is_missing ? "failed " : "", direction < 0 ? "reverse-" : "", pattern);
}

static int begin(int new_direction) {
  ct_search_leave();
  direction = new_direction;
  origin = where_history();
  origin_point = rl_point;
  pattern_count = 0;
  pattern[0] = 0;
  is_missing = false;
  stays_at_enter = false;
  enter(search_keymap);
  show_pattern();
  return 0;
}

static int search_backward(int count, int key) {
  (void)key;
  return begin(count < 0 ? 1 : -1);
}

static int search_forward(int count, int key) {
  (void)key;
  return begin(count < 0 ? -1 : 1);
}

static int add_byte(int count, int key) {
  (void)count;
  if (pattern_count + 1 < PATTERN_SIZE) {
    pattern[pattern_count++] = (char)key;
    pattern[pattern_count] = 0;
  }
  // Half a character finds nothing that a whole one would not.
  find_from(where_history());
  show_pattern();
  return 0;
}

static int find_next(int count, int key) {
  (void)count;
  direction = key == ('S' & 0x1f) ? 1 : -1;
  if (pattern_count == 0) {
    strcpy(pattern, last_pattern);
    pattern_count = strlen(pattern);
    if (pattern_count > 0) find_from(where_history());
  } else {
    find_from(where_history() + direction);
  }
  show_pattern();
  return 0;
}

static int delete_character(int count, int key) {
  (void)count;
  (void)key;
  while (pattern_count > 0 && (pattern[--pattern_count] & 0xc0) == 0x80) {
  }
  pattern[pattern_count] = 0;
  is_missing = false;
  // The line that holds the longer pattern holds the shorter one.
  if (pattern_count > 0)
    find_from(where_history());
  else
    go_to(origin);
  show_pattern();
  return 0;
}

static int give_up(int count, int key) {
  (void)count;
  (void)key;
  go_to(origin);
  rl_point = origin_point <= rl_end ? origin_point : rl_end;
  ct_search_leave();
  return 0;
}

/// Any other key ends the search and then does what it does without one.
static int end_by(int count, int key) {
  (void)count;
  bool is_done = stays_at_enter && (key == '\r' || key == '\n');
  ct_search_leave();
  if (key > 0 && !is_done) rl_execute_next(key);
  return 0;
}

/// The next line that begins as the text before the cursor.
static int find_beginning(int step) {
  HIST_ENTRY **lines = history_list();
  int point = rl_point;
  for (int line = where_history() + step; line >= 0 && line < history_length; line += step) {
    if (strncmp(lines[line]->line, rl_line_buffer, (size_t)point) != 0) continue;
    if (strcmp(lines[line]->line, rl_line_buffer) == 0) continue;
    go_to(line);
    rl_point = point <= rl_end ? point : rl_end;
    return 0;
  }
  return rl_ding();
}

static int beginning_backward(int count, int key) {
  (void)key;
  return find_beginning(count < 0 ? 1 : -1);
}

static int beginning_forward(int count, int key) {
  (void)key;
  return find_beginning(count < 0 ? -1 : 1);
}

static int vi_search(int count, int key) {
  (void)count;
  begin(key == '?' ? 1 : -1);
  stays_at_enter = true;
  return 0;
}

static int vi_search_again(int count, int key) {
  (void)count;
  if (!*last_pattern) return rl_ding();
  strcpy(pattern, last_pattern);
  direction = key == 'N' ? 1 : -1;
  find_from(where_history() + direction);
  return is_missing ? rl_ding() : 0;
}

// MARK: In the line

static int seek(int count, int new_direction) {
  ct_search_leave();
  direction = count < 0 ? -new_direction : new_direction;
  sought_times = count < 0 ? -count : count;
  sought_count = 0;
  stays_at_enter = false;
  enter(seek_keymap);
  return 0;
}

static int seek_forward(int count, int key) {
  (void)key;
  return seek(count, 1);
}

static int seek_backward(int count, int key) {
  (void)key;
  return seek(count, -1);
}

static size_t character_size(unsigned char first) {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static int seek_byte(int count, int key) {
  (void)count;
  sought[sought_count++] = (char)key;
  if (sought_count < character_size((unsigned char)sought[0])) return 0;
  ct_search_leave();
  int found = rl_point, limit = rl_end - (int)sought_count;
  for (int place = rl_point + direction; place >= 0 && place <= limit; place += direction) {
    if (memcmp(rl_line_buffer + place, sought, sought_count) != 0) continue;
    found = place;
    if (--sought_times <= 0) break;
  }
  if (found == rl_point) return rl_ding();
  rl_point = found;
  return 0;
}

// MARK: Words of earlier lines

/// The place in the history that the last word came from, and where it stands in the line.
static int word_line, word_start;

/// Inserts the last word of the line before, and when it is repeated of the lines before that.
/// readline's own reads behind the end of lines with an open quote.
static int insert_last_word(int count, int key) {
  (void)count;
  (void)key;
  bool is_repeated = rl_last_func == insert_last_word && word_start <= rl_point;
  int line = (is_repeated ? word_line : where_history()) - 1;
  HIST_ENTRY **lines = history_list();
  if (line < 0 || line >= history_length || !lines) return rl_ding();
  const char *end = lines[line]->line + strlen(lines[line]->line);
  while (end > lines[line]->line && strchr(" \t\n", end[-1])) end--;
  const char *start = end;
  while (start > lines[line]->line && !strchr(" \t\n", start[-1])) start--;
  char *word = strndup(start, (size_t)(end - start));
  if (!word) return 1;
  rl_begin_undo_group();
  if (is_repeated) {
    rl_delete_text(word_start, rl_point);
    rl_point = word_start;
  }
  word_line = line;
  word_start = rl_point;
  rl_insert_text(word);
  rl_end_undo_group();
  free(word);
  return 0;
}

// MARK: Keymaps

/// Only whole control sequences come here, which would be read to their end.
static int do_nothing(int count, int key) {
  (void)count;
  (void)key;
  return 0;
}

static int read_init_file_again(int count, int key) {
  int result = rl_re_read_init_file(count, key);
  ct_search_install();
  return result;
}

static const struct {
  const char *name;
  rl_command_func_t *stand_in;
} stand_ins[] = {
    {"reverse-search-history", search_backward},
    {"forward-search-history", search_forward},
    {"non-incremental-reverse-search-history", beginning_backward},
    {"non-incremental-forward-search-history", beginning_forward},
    {"non-incremental-reverse-search-history-again", beginning_backward},
    {"non-incremental-forward-search-history-again", beginning_forward},
    {"history-search-backward", beginning_backward},
    {"history-search-forward", beginning_forward},
    {"history-substring-search-backward", beginning_backward},
    {"history-substring-search-forward", beginning_forward},
    {"yank-last-arg", insert_last_word},
    {"yank-nth-arg", insert_last_word},
    {"vi-search", vi_search},
    {"vi-search-again", vi_search_again},
    {"character-search", seek_forward},
    {"character-search-backward", seek_backward},
    {"skip-csi-sequence", do_nothing},
    {"execute-named-command", do_nothing},
    {"re-read-init-file", read_init_file_again},
};

static void put_in_place(Keymap keymap, rl_command_func_t *old, rl_command_func_t *new) {
  for (int key = 0; key < KEYMAP_SIZE; key++) {
    if (keymap[key].type == ISKMAP)
      put_in_place((Keymap)keymap[key].function, old, new);
    else if (keymap[key].type == ISFUNC && keymap[key].function == old)
      keymap[key].function = new;
  }
}

static void make_keymaps(void) {
  if (search_keymap) return;
  search_keymap = rl_make_bare_keymap();
  seek_keymap = rl_make_bare_keymap();
  for (int key = 0; key < 256; key++) {
    bool is_control = key < ' ' || key == DELETE;
    search_keymap[key].function = is_control ? end_by : add_byte;
    seek_keymap[key].function = is_control ? end_by : seek_byte;
  }
  search_keymap['R' & 0x1f].function = find_next;
  search_keymap['S' & 0x1f].function = find_next;
  search_keymap['H' & 0x1f].function = delete_character;
  search_keymap[DELETE].function = delete_character;
  search_keymap['G' & 0x1f].function = give_up;
}

void ct_search_install(void) {
  make_keymaps();
  static const char *const roots[] = {"emacs-standard", "vi-move", "vi-insert"};
  for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++) {
    rl_command_func_t *own = rl_named_function(stand_ins[i].name);
    if (!own) continue;
    for (size_t root = 0; root < sizeof roots / sizeof *roots; root++)
      put_in_place(rl_get_keymap_by_name(roots[root]), own, stand_ins[i].stand_in);
  }
}
