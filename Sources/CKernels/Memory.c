// Counted, aligned memory.
#include <stdlib.h>
#include <string.h>

#include "sw_memory.h"

static _Thread_local uint64_t count = 0;

void *sw_alloc(size_t bytes) {
  count++;
  if (bytes > SIZE_MAX - 64) return NULL;
  const size_t padded = bytes == 0 ? 64 : (bytes + 63) & ~(size_t)63;
  void *memory = aligned_alloc(64, padded);
  if (memory) memset(memory, 0, padded);
  return memory;
}

void sw_free(void *memory) { free(memory); }

uint64_t sw_alloc_count(void) { return count; }
