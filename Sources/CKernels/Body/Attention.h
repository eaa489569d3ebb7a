// Attention by blocks of queries. All sums run over keys in their own order, counted from key 0.

/// Turns one row of products into probabilities for the keys from..<to; from is a multiple of 16
/// and row[0] belongs to it. Returns 0 when no key is seen.
static int attentionRow(
  const sw_attention_rows *rows, int64_t query, int64_t from, int64_t to, float *row) {
  const int64_t first = rows->first[query] > from ? rows->first[query] : from;
  const int64_t last = rows->last[query] < to ? rows->last[query] : to;
  const i32x16 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const float *bias = rows->bias ? rows->bias + query * rows->biasStride + from : NULL;
  const float inverse = rows->softCap > 0.0f ? 1.0f / rows->softCap : 0.0f;
  const int64_t n = to - from;
  f32x16 top = -infinite();
  i32x16 anySeen = isplat(0);
  SW_EACH_VECTOR(n) {
    f32x16 s = loadUpTo(row + i, count);
    if (bias) s = s + loadUpTo(bias + i, count);
    if (inverse != 0.0f) s = tanhOf(s * inverse) * rows->softCap;
    const i32x16 key = index + (int32_t)(from + i);
    i32x16 seen = (key >= (int32_t)first) & (key < (int32_t)last);
    if (rows->valid) {
      u8x16 valid = (u8x16)(0);
      if (count == 16)
        memcpy(&valid, rows->valid + from + i, 16);
      else
        memcpy(&valid, rows->valid + from + i, (size_t)count);
      seen &= __builtin_convertvector((i8x16)(valid != (u8x16)(0)), i32x16);
    }
    anySeen |= seen;
    s = pick(seen, s, -infinite());
    top = larger(top, s);
    storeUpTo(row + i, s, count);
  }
  if (!__builtin_reduce_or(anySeen)) return 0;
  const f32x16 most = splat(combinedLanes(SW_REDUCE_MAX, top));
  lane_sum sum = emptySum();
  sum.vectors = from % CHUNK / 16;
  SW_EACH_VECTOR(n) {
    const f32x16 s = loadUpTo(row + i, count);
    // A seen product of -infinity has e = 0 as well, unless all are: then NaN, as for any softmax.
    const f32x16 e = firstLanes(expOf(s - most), count);
    addVector(&sum, e);
    storeUpTo(row + i, e, count);
  }
  const float whole = finishSum(&sum);
  SW_EACH_VECTOR(n) storeUpTo(row + i, loadUpTo(row + i, count) / whole, count);
  return 1;
}

/// Sums of probabilities times values for queries at..<at + count over keys from..<to, in chunks
/// counted from key 0.
static void attentionContext(
  const sw_attention_rows *rows, int64_t at, int64_t count, int64_t from, int64_t to,
  const float *probabilities, int64_t stride, float *partial) {
  float *context = rows->context + at * rows->contextStride;
  for (int64_t first = from, chunk = 0; first < to; chunk++) {
    const int64_t end = (first / CHUNK + 1) * CHUNK;
    const int64_t last = end < to ? end : to;
    const sw_matrix a = {probabilities + (first - from), stride, 1};
    const sw_matrix b = {rows->values + first * rows->valueStride, rows->valueStride, 1};
    float *sums = chunk == 0 ? context : partial;
    const int64_t sumStride = chunk == 0 ? rows->contextStride : rows->valueSize;
    SW_VARIANT(dot)(&a, &b, count, rows->valueSize, last - first, sums, sumStride);
    for (int64_t q = 0; q < count; q++) {
      float *y = context + q * rows->contextStride;
      for (int64_t j = 0; j < rows->valueSize; j++)
        y[j] = y[j] + (chunk == 0 ? 0.0f : partial[q * rows->valueSize + j]);
    }
    first = last;
  }
}

/// What a query gives that sees no key.
static void attentionBlind(
  const sw_attention_rows *rows, int64_t query, float *row, float *partial) {
  const int64_t n = rows->keyCount;
  const float share = rows->zeroWhenBlind ? 0.0f : 1.0f / (float)n;
  for (int64_t j = 0; j < n; j++) row[j] = share;
  if (rows->zeroWhenBlind || n == 0)
    memset(rows->context + query * rows->contextStride, 0, (size_t)rows->valueSize * 4);
  else
    attentionContext(rows, query, 1, 0, n, row, n, partial);
  if (rows->probabilities)
    memcpy(rows->probabilities + query * rows->probabilityStride, row, (size_t)n * 4);
}

static void SW_VARIANT(attention)(const sw_attention_rows *rows, float *scratch) {
  float *partial = scratch;
  float *scores = scratch + SW_ATTENTION_BLOCK * rows->valueSize;
  for (int64_t at = 0; at < rows->queryCount; at += SW_ATTENTION_BLOCK) {
    const int64_t left = rows->queryCount - at;
    const int64_t count = left < SW_ATTENTION_BLOCK ? left : SW_ATTENTION_BLOCK;
    int64_t from = rows->keyCount, to = 0;
    for (int64_t q = at; q < at + count; q++) {
      if (rows->first[q] >= rows->last[q]) continue;
      from = rows->first[q] < from ? rows->first[q] : from;
      to = rows->last[q] > to ? rows->last[q] : to;
    }
    if (rows->valid) {
      while (from < to && !rows->valid[from]) from++;
      while (to > from && !rows->valid[to - 1]) to--;
    }
    from = from / 16 * 16;
    const int64_t width = to > from ? to - from : 0;
    int seen[SW_ATTENTION_BLOCK] = {0};
    if (width > 0) {
      const sw_matrix a = {rows->queries + at * rows->queryStride, rows->queryStride, 1};
      const sw_matrix b = {rows->keys + from * rows->keyStride, 1, rows->keyStride};
      SW_VARIANT(dot)(&a, &b, count, width, rows->size, scores, width);
      for (int64_t q = 0; q < count; q++) {
        float *row = scores + q * width;
        seen[q] = attentionRow(rows, at + q, from, to, row);
        if (!seen[q]) memset(row, 0, (size_t)width * 4);
        if (!rows->probabilities) continue;
        float *out = rows->probabilities + (at + q) * rows->probabilityStride;
        memset(out, 0, (size_t)rows->keyCount * 4);
        memcpy(out + from, row, (size_t)width * 4);
      }
      attentionContext(rows, at, count, from, to, scores, width, partial);
    }
    for (int64_t q = 0; q < count; q++)
      if (!seen[q]) attentionBlind(rows, at + q, scores, partial);
  }
}
