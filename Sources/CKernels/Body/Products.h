// Products: every output is one chain of fused multiply-adds over k, sixteen outputs a vector, so
// that neither the tile nor the split of the work can change a bit.

enum { CHUNK = 4096, PRODUCT_ROWS = SW_GEMM_TILE >= 6 ? 6 : SW_GEMM_TILE };

/// The operands of a tile. B's row p, from its first column on, is at b + p * bStride.
typedef struct {
  const float *a;
  int64_t aRowStride, aStride;
  /// Of the concatenated rows of A; NULL when there is one segment.
  const int64_t *offsets;
  int64_t segmentLength;
  const float *b;
  int64_t bStride;
  /// How far ahead tiles that stream B ask for it.
  int64_t ahead;
} product;

/// What a tile starts from and how it ends. START_ZERO and END_STORE suit a whole sum.
enum { START_ZERO, START_ROW, START_PARTIAL };
enum { END_STORE, END_ADD };

typedef struct {
  int start, end;
  /// START_ROW: one value a column. START_PARTIAL: a tile with partialStride.
  const float *from;
  int64_t fromStride;
  float *c;
  int64_t cStride;
} tile_ends;

/// One term of a tile. B is asked for `ahead` floats in front of it if it is streamed.
SW_INLINE void productTerm(
  const int rows, const int vectors, const int streams, int64_t ahead, const float *a,
  int64_t aRowStride, const float *b, f32x16 sum[6][4]) {
  f32x16 row[4];
  SW_UNROLL
  for (int v = 0; v < vectors; v++) {
    if (streams) __builtin_prefetch(b + ahead + v * 16);
    row[v] = load(b + v * 16);
  }
  SW_UNROLL
  for (int r = 0; r < rows; r++) {
    const f32x16 scale = splat(a[r * aRowStride]);
    SW_UNROLL
    for (int v = 0; v < vectors; v++) sum[r][v] = fma16(scale, row[v], sum[r][v]);
  }
}

/// Terms first..<last of `rows` rows and `vectors` vectors; rows, vectors and streams are constants.
/// The last vector has `columns` columns, 1...16. All loops over them are unrolled, or the sums
/// would be stored at every term.
SW_INLINE void productTile(
  const int rows, const int vectors, const int streams, const product *p, int64_t first,
  int64_t last, const tile_ends *ends, int64_t columns) {
  f32x16 sum[6][4];
  SW_UNROLL
  for (int r = 0; r < rows; r++)
    SW_UNROLL
    for (int v = 0; v < vectors; v++) {
      sum[r][v] = splat(0.0f);
      if (ends->start == START_ZERO) continue;
      const float *from = ends->from + r * ends->fromStride + v * 16;
      const int64_t n = v == vectors - 1 ? columns : 16;
      sum[r][v] = n == 16 ? load(from) : loadSome(from, n, 0.0f);
    }

  int64_t segment = first > 0 && p->offsets ? first / p->segmentLength : 0;
  int64_t within = first - segment * p->segmentLength;
  const float *b = p->b + first * p->bStride;
  for (int64_t k = first; k < last;) {
    const float *a = p->a + (p->offsets ? p->offsets[segment] : 0) + within * p->aStride;
    const int64_t left = last - k;
    const int64_t run = p->offsets && p->segmentLength - within < left
      ? p->segmentLength - within : left;
    int64_t i = 0;
    if (rows == 1 && p->aStride == 1 && p->bStride == PANEL) {
      // One row of packed weights: what a step mostly is.
      for (; i + 4 <= run; i += 4) {
        SW_UNROLL
        for (int u = 0; u < 4; u++)
          productTerm(rows, vectors, streams, p->ahead, a + u, 0, b + u * PANEL, sum);
        a += 4;
        b += 4 * PANEL;
      }
    }
    for (; i < run; i++) {
      productTerm(rows, vectors, streams, p->ahead, a, p->aRowStride, b, sum);
      a += p->aStride;
      b += p->bStride;
    }
    k += run;
    segment++;
    within = 0;
  }

  SW_UNROLL
  for (int r = 0; r < rows; r++)
    SW_UNROLL
    for (int v = 0; v < vectors; v++) {
      float *c = ends->c + r * ends->cStride + v * 16;
      const int64_t n = v == vectors - 1 ? columns : 16;
      f32x16 y = sum[r][v];
      if (ends->end == END_ADD) y = (n == 16 ? load(c) : loadSome(c, n, 0.0f)) + y;
      if (n == 16)
        store(c, y);
      else
        storeSome(c, y, n);
    }
}

#define PRODUCT_TILE(rows, vectors)                                                         \
  static __attribute__((noinline)) void productTile##rows##x##vectors(                      \
    const product *p, int64_t first, int64_t last, const tile_ends *ends, int64_t columns) { \
    productTile(rows, vectors, 0, p, first, last, ends, columns);                           \
  }
typedef void (*product_function)(
  const product *p, int64_t first, int64_t last, const tile_ends *ends, int64_t columns);

PRODUCT_TILE(1, 1) PRODUCT_TILE(1, 2) PRODUCT_TILE(1, 4)
PRODUCT_TILE(2, 1) PRODUCT_TILE(2, 2)
PRODUCT_TILE(3, 1)
PRODUCT_TILE(4, 1)
#if SW_GEMM_TILE >= 6
PRODUCT_TILE(3, 2) PRODUCT_TILE(5, 1) PRODUCT_TILE(6, 1)
#endif
#if SW_GEMM_TILE >= 24
PRODUCT_TILE(2, 4) PRODUCT_TILE(3, 4)
PRODUCT_TILE(4, 2) PRODUCT_TILE(4, 4)
PRODUCT_TILE(5, 2) PRODUCT_TILE(5, 4)
PRODUCT_TILE(6, 2) PRODUCT_TILE(6, 4)
#endif
#undef PRODUCT_TILE

/// Operands beyond the second-level cache arrive too late for one row unless they are asked for so
/// many terms ahead.
enum { STREAM_BYTES = 256 << 10, STREAM_TERMS = 64 };

static __attribute__((noinline)) void productTileStreamed(
  const product *p, int64_t first, int64_t last, const tile_ends *ends, int64_t columns) {
  productTile(1, 4, 1, p, first, last, ends, columns);
}

/// By rows, then by 1, 2 or 4 vectors; NULL where the registers do not suffice.
static const product_function productTiles[PRODUCT_ROWS + 1][3] = {
#if SW_GEMM_TILE >= 24
  [1] = {productTile1x1, productTile1x2, productTile1x4},
  [2] = {productTile2x1, productTile2x2, productTile2x4},
  [3] = {productTile3x1, productTile3x2, productTile3x4},
  [4] = {productTile4x1, productTile4x2, productTile4x4},
  [5] = {productTile5x1, productTile5x2, productTile5x4},
  [6] = {productTile6x1, productTile6x2, productTile6x4},
#else
  [1] = {productTile1x1, productTile1x2, productTile1x4},
  [2] = {productTile2x1, productTile2x2, NULL},
#if SW_GEMM_TILE >= 6
  [3] = {productTile3x1, productTile3x2, NULL},
  [4] = {productTile4x1, NULL, NULL},
  [5] = {productTile5x1, NULL, NULL},
  [6] = {productTile6x1, NULL, NULL},
#else
  [3] = {productTile3x1, NULL, NULL},
  [4] = {productTile4x1, NULL, NULL},
#endif
#endif
};

/// Terms first..<last of rowCount rows and n <= 64 columns.
static void productPanel(
  const product *whole, int64_t rowCount, int64_t n, int64_t first, int64_t last,
  const tile_ends *wholeEnds) {
  product p = *whole;
  for (int64_t m = 0; m < rowCount;) {
    const int64_t left = rowCount - m;
    const int rows = left < PRODUCT_ROWS ? (int)left : PRODUCT_ROWS;
    tile_ends ends = *wholeEnds;
    p.a = whole->a + m * p.aRowStride;
    for (int64_t j = 0; j < n;) {
      int size = n - j > 48 ? 2 : (n - j > 16 ? 1 : 0);
      while (!productTiles[rows][size]) size--;
      const int64_t width = (int64_t)16 << size;
      const int64_t columns = n - j < width ? n - j - (width - 16) : 16;
      p.b = whole->b + j;
      if (ends.start != START_ZERO) ends.from = wholeEnds->from + m * ends.fromStride + j;
      ends.c = wholeEnds->c + m * ends.cStride + j;
      productTiles[rows][size](&p, first, last, &ends, columns);
      j += width;
    }
    m += rows;
  }
}

/// Where a panel is larger than the first-level cache and a tile is one vector wide, that vector's
/// column of the panel is put together once for many rows.
enum {
  COLUMN_TERMS = 512,
  COLUMN_LEAST_TERMS = 128,
  COLUMN_LEAST_ROWS = SW_GEMM_TILE < 24 ? 40 : INT32_MAX,
};

/// All terms, at most COLUMN_TERMS, of rowCount rows and n <= 64 columns.
static void productColumns(
  const product *whole, int64_t rowCount, int64_t n, int64_t terms, const tile_ends *wholeEnds) {
  _Alignas(64) float column[COLUMN_TERMS * 16];
  product p = *whole;
  p.b = column;
  p.bStride = 16;
  for (int64_t j = 0; j < n; j += 16) {
    const int64_t columns = n - j < 16 ? n - j : 16;
    for (int64_t i = 0; i < terms; i++)
      store(column + i * 16, load(whole->b + i * whole->bStride + j));
    tile_ends ends = *wholeEnds;
    if (ends.start != START_ZERO) ends.from = wholeEnds->from + j;
    for (int64_t m = 0; m < rowCount; m += PRODUCT_ROWS) {
      const int64_t left = rowCount - m;
      p.a = whole->a + m * p.aRowStride;
      ends.c = wholeEnds->c + m * ends.cStride + j;
      productTiles[left < PRODUCT_ROWS ? left : PRODUCT_ROWS][0](&p, 0, terms, &ends, columns);
    }
  }
}

/// One row of whole panels in one segment.
static void gemmRow(
  const product *whole, int64_t k, int64_t n, const float *packed, const float *initial, float *c) {
  const product_function tile =
    k * n * 4 > STREAM_BYTES ? productTileStreamed : productTile1x4;
  product p = *whole;
  p.ahead = STREAM_TERMS * PANEL;
  tile_ends ends = {.start = initial ? START_ROW : START_ZERO, .end = END_STORE};
  for (int64_t j = 0; j < n; j += PANEL) {
    p.b = packed + j * k;
    ends.from = initial ? initial + j : NULL;
    ends.c = c + j;
    tile(&p, 0, k, &ends, 16);
  }
}

static void SW_VARIANT(gemm)(
  const sw_rows *rows, int64_t rowCount, const float *packed, int64_t n, const float *initial,
  float *c, int64_t cStride) {
  const int64_t k = rows->segments * rows->segmentLength;
  const int plain = rows->segments == 1 || !rows->offsets;
  product p = {
    .a = rows->base + (plain && rows->offsets ? rows->offsets[0] : 0),
    .aRowStride = rows->rowStride, .aStride = 1, .offsets = plain ? NULL : rows->offsets,
    .segmentLength = rows->segmentLength, .bStride = PANEL,
  };
  if (rowCount == 1 && n % PANEL == 0 && k <= CHUNK && k > 0) {
    gemmRow(&p, k, n, packed, initial, c);
    return;
  }
  for (int64_t j = 0; j < n; j += PANEL) {
    const int64_t columns = n - j < PANEL ? n - j : PANEL;
    p.b = packed + j * k;
    tile_ends ends = {
      .start = initial ? START_ROW : START_ZERO, .end = END_STORE,
      .from = initial ? initial + j : NULL, .fromStride = 0, .c = c + j, .cStride = cStride,
    };
    if (rowCount >= COLUMN_LEAST_ROWS && k > COLUMN_LEAST_TERMS && k <= COLUMN_TERMS) {
      productColumns(&p, rowCount, columns, k, &ends);
      continue;
    }
    int64_t first = 0;
    do {
      const int64_t last = k - first < CHUNK ? k : first + CHUNK;
      productPanel(&p, rowCount, columns, first, last, &ends);
      ends.start = START_ZERO;
      ends.end = END_ADD;
      first = last;
    } while (first < k);
  }
}

/// A product whose right operand is packed as it goes: blocks of BLOCK_TERMS terms and
/// BLOCK_ROWS rows, partial sums kept exactly between the blocks of one chunk.
enum { BLOCK_TERMS = 256, BLOCK_ROWS = 96 };

static void dotPacked(
  const sw_matrix *a, const sw_matrix *b, int64_t m, int64_t n, int64_t k, float *c,
  int64_t cStride) {
  _Alignas(64) float panel[BLOCK_TERMS * PANEL];
  _Alignas(64) float partial[BLOCK_ROWS * PANEL];
  for (int64_t j = 0; j < n; j += PANEL) {
    const int64_t columns = n - j < PANEL ? n - j : PANEL;
    const float *packedFrom = NULL;
    for (int64_t i = 0; i < m; i += BLOCK_ROWS) {
      const int64_t rowCount = m - i < BLOCK_ROWS ? m - i : BLOCK_ROWS;
      for (int64_t first = 0; first < k; first += BLOCK_TERMS) {
        const int64_t terms = k - first < BLOCK_TERMS ? k - first : BLOCK_TERMS;
        const float *from = b->base + first * b->rowStride + j * b->columnStride;
        if (from != packedFrom) {
          packPanel(from, b->rowStride, b->columnStride, terms, columns, panel);
          packedFrom = from;
        }
        const product p = {
          .a = a->base + i * a->rowStride + first * a->columnStride,
          .aRowStride = a->rowStride, .aStride = a->columnStride, .b = panel, .bStride = PANEL,
        };
        const int opens = first % CHUNK == 0, closes = (first + terms) % CHUNK == 0;
        const int ended = closes || first + terms == k;
        const tile_ends ends = {
          .start = opens ? START_ZERO : START_PARTIAL,
          .end = ended && first >= CHUNK ? END_ADD : END_STORE,
          .from = partial, .fromStride = PANEL,
          .c = ended ? c + i * cStride + j : partial, .cStride = ended ? cStride : PANEL,
        };
        productPanel(&p, rowCount, columns, 0, terms, &ends);
      }
    }
  }
}

/// Adds a[0], ..., a[3] times the terms of eight columns, which follow each other, turned in registers.
SW_INLINE f32x8 addTurned(
  const float *a, int64_t aStride, const float *from, int64_t stride, f32x8 sum) {
  // Columns i and i + 4 side by side; then four by four in both halves.
  f32x8 r[4];
  SW_UNROLL
  for (int i = 0; i < 4; i++) {
    const f32x4 low = *(const f32x4_any *)(from + i * stride);
    const f32x4 high = *(const f32x4_any *)(from + 4 * stride + i * stride);
    r[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
  }
  const f32x8 t = __builtin_shufflevector(r[0], r[1], 0, 8, 1, 9, 4, 12, 5, 13);
  const f32x8 u = __builtin_shufflevector(r[2], r[3], 0, 8, 1, 9, 4, 12, 5, 13);
  sum = fma8(splat8(a[0]), __builtin_shufflevector(t, u, 0, 1, 8, 9, 4, 5, 12, 13), sum);
  sum = fma8(splat8(a[aStride]), __builtin_shufflevector(t, u, 2, 3, 10, 11, 6, 7, 14, 15), sum);
  const f32x8 v = __builtin_shufflevector(r[0], r[1], 2, 10, 3, 11, 6, 14, 7, 15);
  const f32x8 w = __builtin_shufflevector(r[2], r[3], 2, 10, 3, 11, 6, 14, 7, 15);
  sum = fma8(splat8(a[2 * aStride]), __builtin_shufflevector(v, w, 0, 1, 8, 9, 4, 5, 12, 13), sum);
  return fma8(
    splat8(a[3 * aStride]), __builtin_shufflevector(v, w, 2, 3, 10, 11, 6, 7, 14, 15), sum);
}

/// Eights of columns of one row's product; several, because one alone waits for its own sums.
/// Asks for as many columns from `next` on, unless that is NULL.
SW_INLINE void dotTurnedColumns(
  const int eights, const float *a, int64_t aStride, const float *from, const float *next,
  int64_t stride, int64_t k, float *c) {
  f32x8 sum[4];
  SW_UNROLL
  for (int v = 0; v < eights; v++) sum[v] = splat8(0.0f);
  int64_t p = 0;
  for (; p + 4 <= k; p += 4) {
    if (next && p % 16 == 0)
      for (int j = 0; j < eights * 8; j++) __builtin_prefetch(next + p + j * stride);
    SW_UNROLL
    for (int v = 0; v < eights; v++) {
      // Loads that are moved up to here from below would not fit into the registers.
      __asm__ volatile("" ::: "memory");
      sum[v] = addTurned(a + p * aStride, aStride, from + p + v * 8 * stride, stride, sum[v]);
    }
  }
  for (; p < k; p++) {
    SW_UNROLL
    for (int v = 0; v < eights; v++) {
      f32x8 column;
      for (int j = 0; j < 8; j++) column[j] = from[p + (v * 8 + j) * stride];
      sum[v] = fma8(splat8(a[p * aStride]), column, sum[v]);
    }
  }
  SW_UNROLL
  for (int v = 0; v < eights; v++) *(f32x8_any *)(c + v * 8) = sum[v];
}

/// One row times at least eight columns whose terms follow each other. The last eight may be columns
/// again that are done.
static void dotTurned(
  const float *a, int64_t aStride, const sw_matrix *b, int64_t n, int64_t k, float *c) {
  const int64_t stride = b->columnStride;
  int64_t j = 0;
  for (; j + 32 <= n; j += 32) {
    const float *from = b->base + j * stride, *next = j + 64 <= n ? from + 32 * stride : NULL;
    dotTurnedColumns(4, a, aStride, from, next, stride, k, c + j);
  }
  for (; j < n; j += 8) {
    if (j + 8 > n) j = n - 8;
    dotTurnedColumns(1, a, aStride, b->base + j * stride, NULL, stride, k, c + j);
  }
}

static void SW_VARIANT(dot)(
  const sw_matrix *a, const sw_matrix *b, int64_t m, int64_t n, int64_t k, float *c,
  int64_t cStride) {
  if (k == 0) {
    for (int64_t i = 0; i < m; i++) memset(c + i * cStride, 0, (size_t)n * 4);
    return;
  }
  if (b->rowStride == 1 && b->columnStride != 1 && k <= CHUNK && m == 1 && n >= 8) {
    dotTurned(a->base, a->columnStride, b, n, k, c);
    return;
  }
  // Few rows over dense columns read B where it lies, whole vectors only.
  const int64_t direct = b->columnStride == 1 && m < 8 ? n / 16 * 16 : 0;
  product p = {
    .a = a->base, .aRowStride = a->rowStride, .aStride = a->columnStride,
    .bStride = b->rowStride, .ahead = STREAM_TERMS * b->rowStride,
  };
  const int streams = m == 1 && k * b->rowStride * 4 > STREAM_BYTES;
  for (int64_t j = 0; j < direct; j += PANEL) {
    const int64_t columns = direct - j < PANEL ? direct - j : PANEL;
    p.b = b->base + j;
    tile_ends ends = {.start = START_ZERO, .end = END_STORE, .c = c + j, .cStride = cStride};
    for (int64_t first = 0; first < k; first += CHUNK) {
      const int64_t last = k - first < CHUNK ? k : first + CHUNK;
      if (streams && columns == PANEL)
        productTileStreamed(&p, first, last, &ends, 16);
      else
        productPanel(&p, m, columns, first, last, &ends);
      ends.end = END_ADD;
    }
  }
  if (direct == n) return;
  const sw_matrix rest = {b->base + direct * b->columnStride, b->rowStride, b->columnStride};
  dotPacked(a, &rest, m, n - direct, k, c + direct, cStride);
}
