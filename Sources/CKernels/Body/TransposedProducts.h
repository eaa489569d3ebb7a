// Matrix-vector products with a transposed B (K contiguous): queries times keys.

enum {
  PREFETCH_BYTES = 128,
  /// At multiples of so many floats between columns, cache lines of 32 columns fall into the same sets of the
  /// first-level cache (conflict misses); those of eight fit its associativity.
  CONFLICT_STRIDE = 512,
};

/// Multiples of a distance in bytes that addresses cannot make of it themselves. They are hidden from
/// the compiler, which would keep an address for every column.
typedef struct {
  int64_t one, three, five, seven;
} distances;

SW_INLINE distances distancesOf(int64_t stride) {
  distances d = {stride * 4, stride * 12, stride * 20, stride * 28};
  __asm__("" : "+r"(d.three), "+r"(d.five), "+r"(d.seven));
  return d;
}

SW_INLINE f32x8 twoFours(const char *low, const char *high) {
  const f32x4 l = *(const f32x4_any *)low, h = *(const f32x4_any *)high;
  return __builtin_shufflevector(l, h, 0, 1, 2, 3, 4, 5, 6, 7);
}

/// Adds a[0], ..., a[3] times four terms of eight columns, which are transposed in registers.
SW_INLINE f32x8 addTransposed(const f32x8 a[4], const char *from, distances d, f32x8 sum) {
  // Columns i and i + 4 side by side; then four by four in both halves.
  const f32x8 r0 = twoFours(from, from + 4 * d.one);
  const f32x8 r1 = twoFours(from + d.one, from + d.five);
  const f32x8 r2 = twoFours(from + 2 * d.one, from + 2 * d.three);
  const f32x8 r3 = twoFours(from + d.three, from + d.seven);
  const f32x8 t = __builtin_shufflevector(r0, r1, 0, 8, 1, 9, 4, 12, 5, 13);
  const f32x8 u = __builtin_shufflevector(r2, r3, 0, 8, 1, 9, 4, 12, 5, 13);
  sum = fma8(a[0], __builtin_shufflevector(t, u, 0, 1, 8, 9, 4, 5, 12, 13), sum);
  sum = fma8(a[1], __builtin_shufflevector(t, u, 2, 3, 10, 11, 6, 7, 14, 15), sum);
  const f32x8 v = __builtin_shufflevector(r0, r1, 2, 10, 3, 11, 6, 14, 7, 15);
  const f32x8 w = __builtin_shufflevector(r2, r3, 2, 10, 3, 11, 6, 14, 7, 15);
  sum = fma8(a[2], __builtin_shufflevector(v, w, 0, 1, 8, 9, 4, 5, 12, 13), sum);
  return fma8(a[3], __builtin_shufflevector(v, w, 2, 3, 10, 11, 6, 7, 14, 15), sum);
}

/// Eights of columns of one row's product; several, because one alone waits for its own sums. The last
/// one begins at column `last`. Prefetches later terms if asked to: those behind the last are often of
/// the next product.
SW_INLINE void dotTransposedColumns(
  const int eights, int64_t last, int prefetches, const float *a, int64_t aStride, const float *from,
  int64_t stride, int64_t k, float *c) {
  const distances d = distancesOf(stride);
  f32x8 sum[4];
  const char *columns[4];
  SW_UNROLL
  for (int v = 0; v < eights; v++) {
    sum[v] = splat8(0.0f);
    columns[v] = (const char *)(from + (v == eights - 1 ? last : v * 8) * stride);
  }
  int64_t p = 0;
  for (; p + 4 <= k; p += 4) {
    if (prefetches) {
      // Every fourth iteration begins a cache line of each column; one eight an iteration is prefetched.
      const char *later = columns[p / 4 % eights] + PREFETCH_BYTES;
      for (int j = 0; j < 8; j++) __builtin_prefetch(later + j * d.one);
    }
    f32x8 terms[4];
    SW_UNROLL
    for (int i = 0; i < 4; i++) terms[i] = splat8(a[(p + i) * aStride]);
    SW_UNROLL
    for (int v = 0; v < eights; v++) {
      // Loads that are moved up to here from below would not fit into the registers.
      __asm__ volatile("" : "+r"(columns[v]) : : "memory");
      sum[v] = addTransposed(terms, columns[v], d, sum[v]);
      columns[v] += 16;
    }
  }
  for (; p < k; p++) {
    SW_UNROLL
    for (int v = 0; v < eights; v++) {
      f32x8 column;
      for (int j = 0; j < 8; j++) column[j] = *(const float *)(columns[v] + j * d.one);
      sum[v] = fma8(splat8(a[p * aStride]), column, sum[v]);
      columns[v] += 4;
    }
  }
  SW_UNROLL
  for (int v = 0; v < eights; v++) *(f32x8_any *)(c + (v == eights - 1 ? last : v * 8)) = sum[v];
}

/// One row times at least eight columns whose terms follow each other. The last eight may be columns
/// again that are done.
static void dotTransposed(
  const float *a, int64_t aStride, const sw_matrix *b, int64_t n, int64_t k, int prefetches, float *c) {
  const int64_t stride = b->columnStride, most = stride % CONFLICT_STRIDE == 0 ? 8 : 32;
  for (int64_t j = 0; j < n; j += most) {
    if (n - j < 8) j = n - 8;
    const int64_t left = n - j < most ? n - j : most, last = left - 8;
    const float *from = b->base + j * stride;
    if (left > 24)
      dotTransposedColumns(4, last, prefetches, a, aStride, from, stride, k, c + j);
    else if (left > 16)
      dotTransposedColumns(3, last, prefetches, a, aStride, from, stride, k, c + j);
    else if (left > 8)
      dotTransposedColumns(2, last, prefetches, a, aStride, from, stride, k, c + j);
    else
      dotTransposedColumns(1, last, prefetches, a, aStride, from, stride, k, c + j);
  }
}
