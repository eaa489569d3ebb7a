// Copies, which have no arithmetic and so no variants.
#include <string.h>

#include "sw_movement.h"

void sw_move(void *to, const void *from, int64_t bytes) {
  memmove(to, from, (size_t)bytes);
}

int sw_all_true(const uint8_t *x, int64_t n) { return n <= 0 || !memchr(x, 0, (size_t)n); }

/// An axis of a copy after axes of one element are dropped and mergeable ones merged.
typedef struct {
  int64_t extent, to, from;
} axis;

#define COPY_AXIS(type)                                                            \
  for (int64_t k = 0; k < a.extent; k++)                                           \
    ((type *)to)[k * a.to] = ((const type *)from)[k * a.from]

static void copyAxis(char *to, const char *from, axis a, int width) {
  if (a.to == 1 && a.from == 1) {
    memcpy(to, from, (size_t)(a.extent * width));
    return;
  }
  switch (width) {
    case 1: COPY_AXIS(uint8_t); break;
    case 2: COPY_AXIS(uint16_t); break;
    case 4: COPY_AXIS(uint32_t); break;
    default: COPY_AXIS(uint64_t); break;
  }
}

/// Copies axes[0..<rank], of which the last is the inner loop.
static void copyAxes(char *to, const char *from, const axis *axes, int rank, int width) {
  if (rank == 1) {
    copyAxis(to, from, axes[0], width);
    return;
  }
  for (int64_t k = 0; k < axes[0].extent; k++)
    copyAxes(
      to + k * axes[0].to * width, from + k * axes[0].from * width, axes + 1, rank - 1, width);
}

void sw_copy_strided(
  void *to, const int64_t *toStrides, const void *from, const int64_t *fromStrides,
  const int64_t *extents, int rank, int width) {
  axis axes[SW_COPY_RANK];
  int count = 0;
  for (int d = 0; d < rank; d++) {
    if (extents[d] == 0) return;
    if (extents[d] == 1) continue;
    const axis next = {extents[d], toStrides[d], fromStrides[d]};
    axis *last = count > 0 ? &axes[count - 1] : NULL;
    if (last && last->to == next.to * next.extent && last->from == next.from * next.extent)
      *last = (axis){last->extent * next.extent, next.to, next.from};
    else
      axes[count++] = next;
  }
  if (count == 0) axes[count++] = (axis){1, 1, 1};
  copyAxes(to, from, axes, count, width);
}
