// Counted, aligned memory.
#include <stdlib.h>
#include <sys/mman.h>

#include "sw_memory.h"

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

/// What lies in front of the memory that is given out.
typedef struct {
  void *block;
  /// Bytes of a mapped block; 0 for one of the C library's.
  size_t mapped;
} header;

_Static_assert(sizeof(header) <= ALIGNMENT, "The header lies in the line before.");

static _Thread_local uint64_t count = 0;

static void *aligned(void *block, size_t alignment, size_t mapped) {
  const uintptr_t first = (uintptr_t)block + ALIGNMENT;
  char *memory = (char *)((first + alignment - 1) & ~(uintptr_t)(alignment - 1));
  *(header *)(memory - sizeof(header)) = (header){block, mapped};
  return memory;
}

void *sw_alloc(size_t bytes) {
  count++;
  if (bytes > SIZE_MAX / 2) return NULL;
  if (bytes >= HUGE_PAGE) {
    // Walking megabytes of weights on small pages spends a fifth of the time on translating addresses.
    const size_t mapped = bytes + ALIGNMENT + HUGE_PAGE;
    void *block = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (block == MAP_FAILED) return NULL;
    char *memory = aligned(block, HUGE_PAGE, mapped);
#ifdef MADV_HUGEPAGE
    // Whole pages only: the rest takes no more than it needs.
    madvise(memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
    return memory;
  }
  const size_t padded = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  void *block = calloc(1, padded + 2 * ALIGNMENT);
  return block ? aligned(block, ALIGNMENT, 0) : NULL;
}

void sw_free(void *memory) {
  if (!memory) return;
  const header *kept = (const header *)((char *)memory - sizeof(header));
  if (kept->mapped)
    munmap(kept->block, kept->mapped);
  else
    free(kept->block);
}

uint64_t sw_alloc_count(void) { return count; }
