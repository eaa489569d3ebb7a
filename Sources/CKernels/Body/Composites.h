// Softmax, norms and gates of one row.

/// Loops over i = 0, 16, ... below n, with the number of lanes used in `count`.
#define SW_EACH_VECTOR(n) \
  for (int64_t i = 0, count; i < (n) && (count = (n) - i < 16 ? (n) - i : 16, 1); i += 16)

static void SW_VARIANT(softmax)(const float *x, int64_t n, float *y) {
  const float top = maximumOf(x, n);
  lane_sum sum = emptySum();
  SW_EACH_VECTOR(n) {
    const f32x16 e = firstLanes(expOf(loadUpTo(x + i, count) - top), count);
    addVector(&sum, e);
    storeUpTo(y + i, e, count);
  }
  const float whole = totalOf(&sum);
  SW_EACH_VECTOR(n) storeUpTo(y + i, loadUpTo(y + i, count) / whole, count);
}

static void SW_VARIANT(moments)(const float *x, int64_t n, float *mean, float *variance) {
  *mean = sumOf(x, n) / (float)n;
  *variance = squaresOf(x, n, *mean) / (float)n;
}

static float SW_VARIANT(mean_square)(const float *x, int64_t n) {
  return squaresOf(x, n, 0.0f) / (float)n;
}

static void SW_VARIANT(layer_norm)(
  const float *x, int64_t n, float epsilon, const float *scale, const float *bias, float *y) {
  float mean, variance;
  SW_VARIANT(moments)(x, n, &mean, &variance);
  const float factor = 1.0f / __builtin_sqrtf(variance + epsilon);
  SW_EACH_VECTOR(n) {
    f32x16 d = (loadUpTo(x + i, count) - mean) * factor;
    if (scale) d = d * loadUpTo(scale + i, count);
    if (bias) d = d + loadUpTo(bias + i, count);
    storeUpTo(y + i, d, count);
  }
}

static void SW_VARIANT(rms_norm)(
  const float *x, int64_t n, float epsilon, const float *scale, float *y) {
  const float factor = 1.0f / __builtin_sqrtf(SW_VARIANT(mean_square)(x, n) + epsilon);
  SW_EACH_VECTOR(n) {
    f32x16 d = loadUpTo(x + i, count) * factor;
    if (scale) d = d * loadUpTo(scale + i, count);
    storeUpTo(y + i, d, count);
  }
}

/// Sixteen values of a gate, those of `more` added.
SW_INLINE f32x16 gateAt(const float *gate, const float *more, int64_t place, int64_t count) {
  const f32x16 x = loadUpTo(gate, count);
  return more ? x + loadUpTo(more + place, count) : x;
}

static void SW_VARIANT(lstm_gates)(
  const float *i, const float *f, const float *g, const float *o, const float *more,
  const float *c, const float *h, int keep, float *cNext, float *hNext, int64_t n) {
  if (keep) {
    memmove(cNext, c, (size_t)n * 4);
    memmove(hNext, h, (size_t)n * 4);
    return;
  }
  for (int64_t j = 0; j < n; j += 16) {
    const int64_t count = n - j < 16 ? n - j : 16;
    const f32x16 input = sigmoidOf(gateAt(i + j, more, j, count));
    const f32x16 forget = sigmoidOf(gateAt(f + j, more, n + j, count));
    const f32x16 candidate = tanhOf(gateAt(g + j, more, 2 * n + j, count));
    const f32x16 output = sigmoidOf(gateAt(o + j, more, 3 * n + j, count));
    const f32x16 kept = forget * loadUpTo(c + j, count);
    const f32x16 added = input * candidate;
    const f32x16 cell = kept + added;
    storeUpTo(cNext + j, cell, count);
    storeUpTo(hNext + j, output * tanhOf(cell), count);
  }
}
