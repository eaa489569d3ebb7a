// Right operands in panels of 64 columns, so that a row of a panel is four vectors; the last panel has
// as many vectors as it needs.

enum { PANEL = 64 };

/// The width of a panel where so many columns are left.
SW_INLINE int64_t panelWidth(int64_t columns) {
  return columns < PANEL ? (columns + 15) / 16 * 16 : PANEL;
}

typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef f32x4 f32x4_any __attribute__((aligned(4), may_alias));
typedef f32x8 f32x8_any __attribute__((aligned(4), may_alias));

SW_INLINE f32x8 splat8(float v) { return (f32x8)(v); }
#if SW_HARDWARE_FMA
SW_INLINE f32x8 fma8(f32x8 a, f32x8 b, f32x8 c) { return __builtin_elementwise_fma(a, b, c); }
#else
SW_INLINE f32x16 widened(f32x8 v) {
  return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
}
SW_INLINE f32x8 fma8(f32x8 a, f32x8 b, f32x8 c) {
  const f32x16 y = fma16(widened(a), widened(b), widened(c));
  return __builtin_shufflevector(y, y, 0, 1, 2, 3, 4, 5, 6, 7);
}
#endif

/// columns[j][i] = from[i * stride + j] for an 8 by 8 block.
SW_INLINE void transpose8(const float *from, int64_t stride, f32x8 *columns) {
  for (int h = 0; h < 8; h += 4) {
    f32x8 r[4];
    // Rows i and i + 4 side by side; then four by four in both halves.
    for (int i = 0; i < 4; i++) {
      const f32x4 low = *(const f32x4_any *)(from + i * stride + h);
      const f32x4 high = *(const f32x4_any *)(from + (i + 4) * stride + h);
      r[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    const f32x8 a = __builtin_shufflevector(r[0], r[1], 0, 8, 1, 9, 4, 12, 5, 13);
    const f32x8 b = __builtin_shufflevector(r[0], r[1], 2, 10, 3, 11, 6, 14, 7, 15);
    const f32x8 c = __builtin_shufflevector(r[2], r[3], 0, 8, 1, 9, 4, 12, 5, 13);
    const f32x8 d = __builtin_shufflevector(r[2], r[3], 2, 10, 3, 11, 6, 14, 7, 15);
    columns[h] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
    columns[h + 1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
    columns[h + 2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
    columns[h + 3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
  }
}

/// Packs k rows of `columns` <= 64 columns into one panel of their width.
static void packPanel(
  const float *b, int64_t kStride, int64_t nStride, int64_t k, int64_t columns, float *panel) {
  const int64_t width = panelWidth(columns);
  int64_t p = 0;
  if (nStride == 1) {
    for (; p < k; p++) {
      memcpy(panel + p * width, b + p * kStride, (size_t)columns * 4);
      memset(panel + p * width + columns, 0, (size_t)(width - columns) * 4);
    }
    return;
  }
  const int64_t blocks = kStride == 1 ? columns / 8 * 8 : 0;
  for (; blocks > 0 && p + 8 <= k; p += 8) {
    for (int64_t j = 0; j < blocks; j += 8) {
      f32x8 rows[8];
      transpose8(b + p + j * nStride, nStride, rows);
      for (int i = 0; i < 8; i++) *(f32x8_any *)(panel + (p + i) * width + j) = rows[i];
    }
    for (int64_t i = p; i < p + 8; i++)
      for (int64_t j = blocks; j < width; j++)
        panel[i * width + j] = j < columns ? b[i + j * nStride] : 0;
  }
  for (; p < k; p++)
    for (int64_t j = 0; j < width; j++)
      panel[p * width + j] = j < columns ? b[p * kStride + j * nStride] : 0;
}

static void SW_VARIANT(pack)(
  const float *b, int64_t kStride, int64_t nStride, int64_t k, int64_t n, float *packed) {
  for (int64_t j = 0; j < n; j += PANEL) {
    const int64_t columns = n - j < PANEL ? n - j : PANEL;
    packPanel(b + j * nStride, kStride, nStride, k, columns, packed + j * k);
  }
}
