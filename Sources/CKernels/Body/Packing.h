// Right operands in panels of 64 columns, so that a row of a panel is four vectors.

enum { PANEL = 64 };

typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef f32x8 f32x8_any __attribute__((aligned(4), may_alias));

/// to[j * toStride + i] = from[i * fromStride + j] for an 8 by 8 block.
SW_INLINE void transpose8(const float *from, int64_t fromStride, float *to, int64_t toStride) {
  f32x8 r[8], s[8];
  for (int i = 0; i < 8; i++) r[i] = *(const f32x8_any *)(from + i * fromStride);
  for (int i = 0; i < 8; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++) {
      r[i + j] = __builtin_shufflevector(s[i + j], s[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      r[i + j + 2] = __builtin_shufflevector(s[i + j], s[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int j = 0; j < 4; j++) {
    s[j] = __builtin_shufflevector(r[j], r[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    s[j + 4] = __builtin_shufflevector(r[j], r[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (int j = 0; j < 8; j++) *(f32x8_any *)(to + j * toStride) = s[j];
}

/// Packs k rows of `columns` <= 64 columns into one panel.
static void packPanel(
  const float *b, int64_t kStride, int64_t nStride, int64_t k, int64_t columns, float *panel) {
  int64_t p = 0;
  if (nStride == 1) {
    for (; p < k; p++) {
      memcpy(panel + p * PANEL, b + p * kStride, (size_t)columns * 4);
      memset(panel + p * PANEL + columns, 0, (size_t)(PANEL - columns) * 4);
    }
    return;
  }
  const int64_t blocks = kStride == 1 ? columns / 8 * 8 : 0;
  for (; blocks > 0 && p + 8 <= k; p += 8) {
    for (int64_t j = 0; j < blocks; j += 8)
      transpose8(b + p + j * nStride, nStride, panel + p * PANEL + j, PANEL);
    for (int64_t i = p; i < p + 8; i++)
      for (int64_t j = blocks; j < PANEL; j++)
        panel[i * PANEL + j] = j < columns ? b[i + j * nStride] : 0;
  }
  for (; p < k; p++)
    for (int64_t j = 0; j < PANEL; j++)
      panel[p * PANEL + j] = j < columns ? b[p * kStride + j * nStride] : 0;
}

static void SW_VARIANT(pack)(
  const float *b, int64_t kStride, int64_t nStride, int64_t k, int64_t n, float *packed) {
  for (int64_t j = 0; j < n; j += PANEL) {
    const int64_t columns = n - j < PANEL ? n - j : PANEL;
    packPanel(b + j * nStride, kStride, nStride, k, columns, packed + j * k);
  }
}
