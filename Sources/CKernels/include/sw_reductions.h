/// Reductions over one axis.
#ifndef SW_REDUCTIONS_H
#define SW_REDUCTIONS_H

#include <stdint.h>

enum { SW_REDUCE_SUM, SW_REDUCE_PROD, SW_REDUCE_MAX, SW_REDUCE_MIN };

/// y[o * inner + i] = reduction over p of x[(o * n + p) * inner + i]; o in 0..<outer,
/// i in 0..<inner.
/// - inner = 1: SUM is a sum on lanes; PROD is the same with products and ones.
/// - inner > 1: SUM is a sum in order; PROD the same with products and one.
/// - MAX, MIN: as SW_MAX and SW_MIN, so their order does not matter.
/// - n = 0 gives 0, 1, -infinity, +infinity.
void sw_reduce(int kind, const float *x, int64_t outer, int64_t n, int64_t inner, float *y);

/// y[o * inner + i] = the first p at which x is largest (`least` 0) or least; a NaN counts as both.
/// n must be positive.
void sw_arg_reduce(
  int least, const float *x, int64_t outer, int64_t n, int64_t inner, int32_t *y);

#endif
