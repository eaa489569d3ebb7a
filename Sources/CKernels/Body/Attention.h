// Attention by blocks of queries. All sums run over keys in their own order, counted from key 0.

/// Turns one row of products into probabilities for the keys from..<to; from is a multiple of 16
/// and row[0] belongs to it. Returns 0 when no key is visible.
static int attentionRow(
  const sw_attention_rows *rows, int64_t query, int64_t from, int64_t to, float *row) {
  const int64_t first = rows->first[query] > from ? rows->first[query] : from;
  const int64_t last = rows->last[query] < to ? rows->last[query] : to;
  const i32x16 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const float *bias = rows->bias ? rows->bias + query * rows->biasStride + from : NULL;
  const float inverse = rows->softCap > 0.0f ? 1.0f / rows->softCap : 0.0f;
  const int64_t n = to - from;
  f32x16 top = -infinite();
  i32x16 anyVisible = isplat(0);
  SW_EACH_VECTOR(n) {
    f32x16 s = loadUpTo(row + i, count);
    if (bias) s = s + loadUpTo(bias + i, count);
    if (inverse != 0.0f) s = tanhOf(s * inverse) * rows->softCap;
    const i32x16 key = index + (int32_t)(from + i);
    i32x16 visible = (key >= (int32_t)first) & (key < (int32_t)last);
    if (rows->valid) {
      u8x16 valid = (u8x16)(0);
      if (count == 16)
        memcpy(&valid, rows->valid + from + i, 16);
      else
        memcpy(&valid, rows->valid + from + i, (size_t)count);
      visible &= __builtin_convertvector((i8x16)(valid != (u8x16)(0)), i32x16);
    }
    anyVisible |= visible;
    s = pick(visible, s, -infinite());
    top = larger(top, s);
    storeUpTo(row + i, s, count);
  }
  if (!__builtin_reduce_or(anyVisible)) return 0;
  const f32x16 most = splat(combinedLanes(SW_REDUCE_MAX, top));
  lane_sum sum = emptySum();
  // A count that never comes to the end of a chunk.
  sum.vectors = rows->sliding ? INT64_MIN : from % CHUNK / 16;
  SW_EACH_VECTOR(n) {
    const f32x16 s = loadUpTo(row + i, count);
    // A visible product of -infinity has e = 0 as well, unless all are: then NaN, as for any softmax.
    const f32x16 e = firstLanes(expOf(s - most), count);
    addVector(&sum, e);
    storeUpTo(row + i, e, count);
  }
  const float whole = totalOf(&sum);
  SW_EACH_VECTOR(n) storeUpTo(row + i, loadUpTo(row + i, count) / whole, count);
  return 1;
}

/// Where the chunk of sums ends that key `first` belongs to, `to` at the latest.
static int64_t attentionChunkEnd(const sw_attention_rows *rows, int64_t first, int64_t to) {
  const int64_t end = (first / CHUNK + 1) * CHUNK;
  return rows->sliding || end > to ? to : end;
}

/// Sums of probabilities times values for queries at..<at + count over keys from..<to, however many, as
/// one chunk.
static void attentionLongContext(
  const sw_attention_rows *rows, int64_t at, int64_t count, int64_t from, int64_t to,
  const float *probabilities, int64_t stride) {
  const int64_t size = rows->valueSize;
  product p = {
    .a = probabilities, .aRowStride = stride, .aStride = 1, .bStride = rows->valueStride,
  };
  for (int64_t j = 0; j < size; j += PANEL) {
    p.b = rows->values + from * rows->valueStride + j;
    const tile_ends ends = {
      .start = START_ZERO, .end = END_STORE, .c = rows->context + at * rows->contextStride + j,
      .cStride = rows->contextStride,
    };
    productPanel(&p, count, size - j < PANEL ? size - j : PANEL, 0, to - from, &ends);
  }
}

/// Sums of probabilities times values for queries at..<at + count over keys from..<to, in chunks
/// counted from key 0.
static void attentionContext(
  const sw_attention_rows *rows, int64_t at, int64_t count, int64_t from, int64_t to,
  const float *probabilities, int64_t stride, float *partial) {
  float *context = rows->context + at * rows->contextStride;
  for (int64_t first = from, chunk = 0; first < to; chunk++) {
    const int64_t last = attentionChunkEnd(rows, first, to);
    const sw_matrix a = {probabilities + (first - from), stride, 1};
    const sw_matrix b = {rows->values + first * rows->valueStride, rows->valueStride, 1};
    float *sums = chunk == 0 ? context : partial;
    const int64_t sumStride = chunk == 0 ? rows->contextStride : rows->valueSize;
    if (last - first > CHUNK)
      attentionLongContext(rows, at, count, first, last, a.base, stride);
    else
      SW_VARIANT(dot)(&a, &b, count, rows->valueSize, last - first, sums, sumStride);
    for (int64_t q = 0; q < count; q++) {
      float *y = context + q * rows->contextStride;
      for (int64_t j = 0; j < rows->valueSize; j++)
        y[j] = y[j] + (chunk == 0 ? 0.0f : partial[q * rows->valueSize + j]);
    }
    first = last;
  }
}

/// Whether any of n numbers is infinite or NaN.
static int isUnknown(const float *y, int64_t n) {
  const uint32_t exponent = 0x7f800000;
  uint32_t unknown = 0;
  for (int64_t j = 0; j < n; j++) {
    uint32_t bits;
    memcpy(&bits, y + j, 4);
    unknown |= (bits & exponent) == exponent;
  }
  return unknown != 0;
}

/// Sums anew what a query gives whose sums are not finite, over the keys from..<to that it may see
/// alone: other queries of its block see more, and 0 times NaN would be NaN. row[0] belongs to `from`.
static void attentionAlone(
  const sw_attention_rows *rows, int64_t query, int64_t from, int64_t to, const float *row,
  float *partial) {
  if (!isUnknown(rows->context + query * rows->contextStride, rows->valueSize)) return;
  const int64_t first = rows->first[query] > from ? rows->first[query] : from;
  const int64_t last = rows->last[query] < to ? rows->last[query] : to;
  attentionContext(rows, query, 1, first, last, row + (first - from), to - from, partial);
}

/// What a query gives that sees no key, which is the same for all that see none: `known`, what another
/// one gives, is copied; where it is NULL, it is computed. Returns what this one gives.
static const float *attentionFullyMasked(
  const sw_attention_rows *rows, int64_t query, const float *known, float *row, float *partial) {
  const int64_t n = rows->keyCount;
  const float share = rows->zerosFullyMasked ? 0.0f : 1.0f / (float)n;
  float *context = rows->context + query * rows->contextStride;
  if (known) {
    memcpy(context, known, (size_t)rows->valueSize * 4);
  } else if (rows->zerosFullyMasked || n == 0) {
    memset(context, 0, (size_t)rows->valueSize * 4);
  } else {
    for (int64_t j = 0; j < n; j++) row[j] = share;
    attentionContext(rows, query, 1, 0, n, row, n, partial);
  }
  if (rows->probabilities) {
    float *out = rows->probabilities + query * rows->probabilityStride;
    for (int64_t j = 0; j < n; j++) out[j] = share;
  }
  return context;
}

/// The keys from..<to that the queries at..<at + count see at most; from is a multiple of 16.
static void attentionSpan(
  const sw_attention_rows *rows, int64_t at, int64_t count, int64_t *from, int64_t *to) {
  int64_t low = rows->keyCount, high = 0;
  for (int64_t q = at; q < at + count; q++) {
    if (rows->first[q] >= rows->last[q]) continue;
    low = rows->first[q] < low ? rows->first[q] : low;
    high = rows->last[q] > high ? rows->last[q] : high;
  }
  if (rows->valid) {
    while (low < high && !rows->valid[low]) low++;
    while (high > low && !rows->valid[high - 1]) high--;
  }
  *from = low / 16 * 16;
  *to = high > *from ? high : *from;
}

/// The products of query at..<at + count with the keys from..<to are in `scores`: makes probabilities
/// of them, and keeps a copy where one is wanted. Tells in `visible` which queries see a key.
static void attentionShares(
  const sw_attention_rows *rows, int64_t at, int64_t count, int64_t from, int64_t to, float *scores,
  int *visible) {
  const int64_t width = to - from;
  for (int64_t q = 0; q < count; q++) {
    float *row = scores + q * width;
    visible[q] = attentionRow(rows, at + q, from, to, row);
    if (!visible[q]) memset(row, 0, (size_t)width * 4);
    if (!rows->probabilities) continue;
    float *out = rows->probabilities + (at + q) * rows->probabilityStride;
    memset(out, 0, (size_t)rows->keyCount * 4);
    memcpy(out + from, row, (size_t)width * 4);
  }
}

/// All queries of one head, block by block.
static void attentionHead(const sw_attention_rows *rows, float *scratch) {
  float *partial = scratch;
  float *scores = scratch + SW_ATTENTION_BLOCK * rows->valueSize;
  const float *fullyMasked = NULL;
  for (int64_t at = 0; at < rows->queryCount; at += SW_ATTENTION_BLOCK) {
    const int64_t left = rows->queryCount - at;
    const int64_t count = left < SW_ATTENTION_BLOCK ? left : SW_ATTENTION_BLOCK;
    int64_t from, to;
    attentionSpan(rows, at, count, &from, &to);
    int visible[SW_ATTENTION_BLOCK] = {0};
    if (to > from) {
      const sw_matrix a = {rows->queries + at * rows->queryStride, rows->queryStride, 1};
      const sw_matrix b = {rows->keys + from * rows->keyStride, 1, rows->keyStride};
      SW_VARIANT(dot)(&a, &b, count, to - from, rows->size, scores, to - from);
      attentionShares(rows, at, count, from, to, scores, visible);
      attentionContext(rows, at, count, from, to, scores, to - from, partial);
    }
    for (int64_t q = 0; q < count; q++)
      if (visible[q]) attentionAlone(rows, at + q, from, to, scores + q * (to - from), partial);
    for (int64_t q = 0; q < count; q++)
      if (!visible[q]) fullyMasked = attentionFullyMasked(rows, at + q, fullyMasked, scores, partial);
  }
}

/// One head of all.
static sw_attention_rows attentionOnly(const sw_attention_rows *rows, int64_t head) {
  const int64_t keyHead = head / rows->headsPerKeyHead;
  sw_attention_rows one = *rows;
  one.queries += head * rows->queryHeadStride;
  one.keys += keyHead * rows->keyHeadStride;
  one.values += keyHead * rows->valueHeadStride;
  one.context += head * rows->contextHeadStride;
  if (one.bias) one.bias += head * rows->biasHeadStride;
  if (one.probabilities) one.probabilities += head * rows->probabilityHeadStride;
  return one;
}

/// How many keys all heads of one query read before the next; at least 8.
enum { STEP_KEYS = 32 };

/// The products of one query of each head with the keys from..<to, a row of `scores` a head.
static void attentionStepScores(
  const sw_attention_rows *heads, int64_t count, int64_t from, int64_t to, float *scores) {
  const int64_t width = to - from;
  const int prefetches = width * heads->keyStride * 4 >= PREFETCH_LEAST_BYTES;
  for (int64_t key = 0; key < width;) {
    // Too few keys at the end are not worth an iteration of their own.
    const int64_t left = width - key, some = left < STEP_KEYS + 8 ? left : STEP_KEYS;
    for (int64_t h = 0; h < count; h++) {
      const int64_t stride = heads[h].keyStride;
      const sw_matrix a = {heads[h].queries, 0, 1};
      const sw_matrix b = {heads[h].keys + (from + key) * stride, 1, stride};
      float *row = scores + h * width + key;
      if (some >= 8)
        dotTransposed(a.base, 1, &b, some, heads[h].size, prefetches, row);
      else
        SW_VARIANT(dot)(&a, &b, 1, some, heads[h].size, row, width);
    }
    key += some;
  }
}

/// The sums of probabilities times values of one query of each head, as attentionContext gives them.
static void attentionStepContext(
  const sw_attention_rows *heads, int64_t count, int64_t from, int64_t to, const float *scores,
  float *partial) {
  const int64_t size = heads->valueSize;
  for (int64_t first = from, chunk = 0; first < to; chunk++) {
    const int64_t end = attentionChunkEnd(heads, first, to);
    for (int64_t key = first; key < end; key += STEP_KEYS) {
      const int64_t some = end - key < STEP_KEYS ? end - key : STEP_KEYS;
      for (int64_t h = 0; h < count; h++) {
        const int64_t stride = heads[h].valueStride;
        product p = {
          .a = scores + h * (to - from) + key - from, .aStride = 1, .bStride = stride,
        };
        for (int64_t j = 0; j < size; j += PANEL) {
          p.b = heads[h].values + key * stride + j;
          float *sum = partial + h * size + j;
          const tile_ends ends = {
            .start = key == first ? START_ZERO : START_PARTIAL, .end = END_STORE, .from = sum,
            .c = sum,
          };
          productPanel(&p, 1, size - j < PANEL ? size - j : PANEL, 0, some, &ends);
        }
      }
    }
    for (int64_t h = 0; h < count; h++) {
      float *y = heads[h].context;
      for (int64_t j = 0; j < size; j++) y[j] = (chunk == 0 ? 0.0f : y[j]) + partial[h * size + j];
    }
    first = end;
  }
}

/// One query of several heads, at most SW_ATTENTION_BLOCK. Keys and values of all heads, which lie
/// beside each other, are read in their order: a step finds them beyond the caches.
static void attentionStep(const sw_attention_rows *heads, int64_t count, float *scratch) {
  float *partial = scratch;
  float *scores = scratch + SW_ATTENTION_BLOCK * heads->valueSize;
  int visible[SW_ATTENTION_BLOCK] = {0};
  int64_t from, to;
  attentionSpan(heads, 0, 1, &from, &to);
  if (to > from) {
    attentionStepScores(heads, count, from, to, scores);
    for (int64_t h = 0; h < count; h++)
      attentionShares(heads + h, 0, 1, from, to, scores + h * (to - from), visible + h);
    attentionStepContext(heads, count, from, to, scores, partial);
  }
  for (int64_t h = 0; h < count; h++)
    if (visible[h]) attentionAlone(heads + h, 0, from, to, scores + h * (to - from), partial);
  for (int64_t h = 0; h < count; h++)
    if (!visible[h]) attentionFullyMasked(heads + h, 0, NULL, scores, partial);
}

static void SW_VARIANT(attention)(const sw_attention_rows *rows, float *scratch) {
  sw_attention_rows heads[SW_ATTENTION_BLOCK];
  const int isStep = rows->queryCount == 1 && rows->valueSize % 16 == 0 && rows->size <= CHUNK;
  for (int64_t first = rows->firstHead; first < rows->lastHead;) {
    const int64_t left = rows->lastHead - first;
    const int64_t count = !isStep ? 1 : left < SW_ATTENTION_BLOCK ? left : SW_ATTENTION_BLOCK;
    for (int64_t h = 0; h < count; h++) heads[h] = attentionOnly(rows, first + h);
    if (isStep)
      attentionStep(heads, count, scratch);
    else
      attentionHead(heads, scratch);
    first += count;
  }
}
