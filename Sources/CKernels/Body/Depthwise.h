// Depthwise convolution: channels are lanes.

/// Sixteen channels of one row; `count` < 16 only at the end.
SW_INLINE f32x16 channels(
  const float *x, int64_t first, int64_t count, int64_t multiplier) {
  if (multiplier == 1) return count == 16 ? load(x + first) : loadSome(x + first, count, 0.0f);
  float lanes[16] = {0};
  for (int64_t j = 0; j < count; j++) lanes[j] = x[(first + j) / multiplier];
  return load(lanes);
}

/// Few taps, whole vectors of channels: the weights stay in registers while the rows go by.
SW_INLINE void depthwiseTaps(
  const int taps, const sw_rows *rows, int64_t rowCount, const float *weights, int64_t n,
  int64_t columns, const sw_epilogue *epilogue, float *y, int64_t yStride) {
  for (int64_t j = 0; j < columns; j += 16) {
    f32x16 weight[5];
    const float *x[5];
    SW_UNROLL
    for (int s = 0; s < taps; s++) {
      weight[s] = load(weights + s * n + j);
      x[s] = rows->base + (rows->offsets ? rows->offsets[s] : 0) + j;
    }
    for (int64_t m = 0; m < rowCount; m++) {
      f32x16 sum = splat(0.0f);
      SW_UNROLL
      for (int s = 0; s < taps; s++)
        sum = fma16(load(x[s] + m * rows->rowStride), weight[s], sum);
      storeWithEpilogue(epilogue, m, j, sum, y + m * yStride + j, 16);
    }
  }
}

static void SW_VARIANT(depthwise)(
  const sw_rows *rows, int64_t rowCount, const float *weights, int64_t multiplier,
  const sw_epilogue *epilogue, float *y, int64_t yStride) {
  // A copy, which no store can change.
  const sw_epilogue end = epilogue ? *epilogue : noEpilogue;
  const int64_t n = rows->segmentLength * multiplier;
  int64_t done = 0;
  if (multiplier == 1) {
    const int64_t whole = n / 16 * 16;
    done = whole;
    switch (rows->segments) {
      case 1: depthwiseTaps(1, rows, rowCount, weights, n, whole, &end, y, yStride); break;
      case 2: depthwiseTaps(2, rows, rowCount, weights, n, whole, &end, y, yStride); break;
      case 3: depthwiseTaps(3, rows, rowCount, weights, n, whole, &end, y, yStride); break;
      case 4: depthwiseTaps(4, rows, rowCount, weights, n, whole, &end, y, yStride); break;
      case 5: depthwiseTaps(5, rows, rowCount, weights, n, whole, &end, y, yStride); break;
      default: done = 0; break;
    }
  }
  for (int64_t m = 0; m < rowCount; m++) {
    const float *x = rows->base + m * rows->rowStride;
    for (int64_t j = done; j < n; j += 16) {
      const int64_t count = n - j < 16 ? n - j : 16;
      f32x16 total = splat(0.0f), sum = splat(0.0f);
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
      storeWithEpilogue(&end, m, j, sum, y + m * yStride + j, count);
    }
  }
}
