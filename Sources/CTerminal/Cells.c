// Rows of cells on the screen.
#include "CTerminal.h"
#include <curses.h>
#include <stdlib.h>
#include <wchar.h>

static cchar_t *row_buffer;
static int row_capacity;

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
