// Depthwise convolution: channels are lanes.

/// Sixteen channels of one row; `count` < 16 only at the end.
SW_INLINE f32x16 channels(
  const float *x, int64_t first, int64_t count, int64_t multiplier) {
  if (multiplier == 1) return count == 16 ? load(x + first) : loadSome(x + first, count, 0.0f);
  float lanes[16] = {0};
  for (int64_t j = 0; j < count; j++) lanes[j] = x[(first + j) / multiplier];
  return load(lanes);
}

static void SW_VARIANT(depthwise)(
  const sw_rows *rows, int64_t rowCount, const float *weights, int64_t multiplier,
  const float *initial, float *y, int64_t yStride) {
  const int64_t n = rows->segmentLength * multiplier;
  for (int64_t m = 0; m < rowCount; m++) {
    const float *x = rows->base + m * rows->rowStride;
    for (int64_t j = 0; j < n; j += 16) {
      const int64_t count = n - j < 16 ? n - j : 16;
      f32x16 total = splat(0.0f), sum = splat(0.0f);
      if (initial) sum = count == 16 ? load(initial + j) : loadSome(initial + j, count, 0.0f);
      for (int64_t s = 0; s < rows->segments; s++) {
        if (s > 0 && s % CHUNK == 0) {
          total = s == CHUNK ? sum : total + sum;
          sum = splat(0.0f);
        }
        const int64_t offset = rows->offsets ? rows->offsets[s] : 0;
        const float *w = weights + s * n + j;
        const f32x16 weight = count == 16 ? load(w) : loadSome(w, count, 0.0f);
        sum = fma16(channels(x + offset, j, count, multiplier), weight, sum);
      }
      if (rows->segments > CHUNK) sum = total + sum;
      if (count == 16)
        store(y + m * yStride + j, sum);
      else
        storeSome(y + m * yStride + j, sum, count);
    }
  }
}
