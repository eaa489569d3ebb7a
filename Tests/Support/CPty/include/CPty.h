// Starts a program on a pseudo-terminal; fork cannot be called from Swift.
#ifndef CPTY_H
#define CPTY_H
#include <stdbool.h>
#include <sys/types.h>

/// The terminal's own side, or -1. The program is its session's leader.
int cpty_spawn(
  const char *path, char *const arguments[], char *const environment[], int rows, int columns,
  pid_t *process);
int cpty_resize(int terminal, int rows, int columns);
/// Whether lines are edited and echoed by the terminal, as a shell leaves it.
bool cpty_is_cooked(int terminal);
#endif
