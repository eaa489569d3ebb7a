// What Screen.c needs of Events.c.
#ifndef CT_EVENTS_H
#define CT_EVENTS_H
#include <curses.h>
#include <stdbool.h>

/// Keys for byte sequences that ncurses does not have.
enum { KEY_PING = KEY_MAX + 200, KEY_PASTE_BEGIN, KEY_PASTE_END };

/// Makes what signals and other threads end ct_wait with; false when there is none.
bool ct_make_wake_pipe(void);
/// Lets a signal end ct_wait.
void ct_catch(int signal_number);
/// Leaves a signal to the system.
void ct_release(int signal_number);
/// Drops a continue that has been answered.
void ct_forget_continue(void);

#endif
