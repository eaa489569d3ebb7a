/// Counted memory, so that a test can prove that a step allocates nothing.
#ifndef SW_MEMORY_H
#define SW_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/// Memory of `bytes` bytes, zero filled, aligned to 64 and padded to a multiple of 64 bytes.
/// NULL when there is none. Adds one to the calling thread's count. Large memory is taken from the
/// system when it is touched, in huge pages where there are any.
void *sw_alloc(size_t bytes);

/// Gives back memory of sw_alloc; NULL is fine.
void sw_free(void *memory);

/// How many times the calling thread has called sw_alloc.
uint64_t sw_alloc_count(void);

#endif
