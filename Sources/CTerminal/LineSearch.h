// Searches of the line editor, for LineEditor.c.
#ifndef CT_LINE_SEARCH_H
#define CT_LINE_SEARCH_H
#include <stdbool.h>
#include <stdio.h>
#include <readline/readline.h>

/// In every keymap of readline, puts commands that take one key at a time in the place of those that read
/// keys by themselves.
void ct_search_install(void);
/// Ends a search, keeping what it has found.
void ct_search_leave(void);
/// The keymap that is in force when no search is.
Keymap ct_search_keymap_behind(void);

#endif
