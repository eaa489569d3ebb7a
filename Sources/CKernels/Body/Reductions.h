// Reductions over one axis.

/// What a reduction starts from.
SW_INLINE float neutral(int kind) {
  switch (kind) {
    case SW_REDUCE_SUM: return 0.0f;
    case SW_REDUCE_PROD: return 1.0f;
    case SW_REDUCE_MAX: return -__builtin_inff();
    default: return __builtin_inff();
  }
}

SW_INLINE f32x16 combined(int kind, f32x16 a, f32x16 b) {
  switch (kind) {
    case SW_REDUCE_SUM: return a + b;
    case SW_REDUCE_PROD: return a * b;
    case SW_REDUCE_MAX: return larger(a, b);
    default: return smaller(a, b);
  }
}

/// The lanes combined as the fixed tree.
SW_INLINE float combinedLanes(int kind, f32x16 v) {
  float lanes[16];
  for (int width = 8; width > 0; width /= 2) {
    store(lanes, v);
    f32x16 other = splat(neutral(kind));
    for (int j = 0; j < width; j++) other[j] = lanes[j + width];
    v = combined(kind, v, other);
  }
  return v[0];
}

/// One dense row.
SW_INLINE float reduceRow(int kind, const float *x, int64_t n) {
  const float start = neutral(kind);
  f32x16 total = splat(start);
  for (int64_t first = 0; first < n; first += CHUNK) {
    const int64_t last = n - first < CHUNK ? n : first + CHUNK;
    f32x16 lanes = splat(start);
    int64_t i = first;
    for (; i + 16 <= last; i += 16) lanes = combined(kind, lanes, load(x + i));
    if (i < last) lanes = combined(kind, lanes, loadSome(x + i, last - i, start));
    total = combined(kind, total, splat(combinedLanes(kind, lanes)));
  }
  return total[0];
}

/// Up to sixteen columns of n rows.
SW_INLINE f32x16 reduceColumns(
  int kind, const float *x, int64_t n, int64_t stride, int64_t columns) {
  const f32x16 start = splat(neutral(kind));
  f32x16 total = start;
  for (int64_t first = 0; first < n; first += CHUNK) {
    const int64_t last = n - first < CHUNK ? n : first + CHUNK;
    f32x16 sum = start;
    if (columns == 16)
      for (int64_t p = first; p < last; p++) sum = combined(kind, sum, load(x + p * stride));
    else
      for (int64_t p = first; p < last; p++)
        sum = combined(kind, sum, loadSome(x + p * stride, columns, 0.0f));
    total = combined(kind, total, sum);
  }
  return total;
}

SW_INLINE void reduceAll(
  int kind, const float *x, int64_t outer, int64_t n, int64_t inner, float *y) {
  for (int64_t o = 0; o < outer; o++, x += n * inner, y += inner) {
    if (inner == 1) {
      *y = reduceRow(kind, x, n);
      continue;
    }
    for (int64_t i = 0; i < inner; i += 16) {
      const int64_t columns = inner - i < 16 ? inner - i : 16;
      const f32x16 r = reduceColumns(kind, x + i, n, inner, columns);
      if (columns == 16)
        store(y + i, r);
      else
        storeSome(y + i, r, columns);
    }
  }
}

static void SW_VARIANT(reduce)(
  int kind, const float *x, int64_t outer, int64_t n, int64_t inner, float *y) {
  switch (kind) {
    case SW_REDUCE_SUM: reduceAll(SW_REDUCE_SUM, x, outer, n, inner, y); break;
    case SW_REDUCE_PROD: reduceAll(SW_REDUCE_PROD, x, outer, n, inner, y); break;
    case SW_REDUCE_MAX: reduceAll(SW_REDUCE_MAX, x, outer, n, inner, y); break;
    case SW_REDUCE_MIN: reduceAll(SW_REDUCE_MIN, x, outer, n, inner, y); break;
  }
}
