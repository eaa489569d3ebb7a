// Positions of extremes, which involve no rounding and so need no variants.
#include "sw_reductions.h"

/// Whether a new value takes the place of the best one so far.
static inline int isBetter(int least, float value, float best) {
  if (best != best) return 0;
  if (value != value) return 1;
  return least ? value < best : value > best;
}

void sw_arg_reduce(
  int least, const float *x, int64_t outer, int64_t n, int64_t inner, int32_t *y) {
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++) {
      const float *column = x + o * n * inner + i;
      int64_t best = 0;
      for (int64_t p = 1; p < n; p++)
        if (isBetter(least, column[p * inner], column[best * inner])) best = p;
      y[o * inner + i] = (int32_t)best;
    }
}
