// Products: every output is one chain of fused multiply-adds over k, sixteen outputs a vector, so
// that neither the tile nor the split of the work can change a bit.

enum { CHUNK = SW_PRODUCT_CHUNK, PRODUCT_ROWS = SW_GEMM_TILE >= 6 ? 6 : SW_GEMM_TILE };

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

/// Which terms in front of it a tile asks for: none, one of every four, or all.
enum { ASK_NONE, ASK_ONE, ASK_ALL, ASK_COUNT };

/// What a tile starts from and how it ends. START_ZERO and END_STORE suit a whole sum.
enum { START_ZERO, START_PARTIAL };
enum { END_STORE, END_ADD };

typedef struct {
  int start, end;
  /// START_PARTIAL: where the partial sums are.
  const float *from;
  int64_t fromStride;
  float *c;
  int64_t cStride;
  /// What is done to whole sums before they are stored.
  sw_finish finish;
} tile_ends;

static const sw_finish noFinish = {NULL, 0, NULL, 0};

/// Goes on to another row and column.
SW_INLINE void advance(tile_ends *ends, int64_t rows, int64_t columns) {
  if (ends->start == START_PARTIAL) ends->from += rows * ends->fromStride + columns;
  ends->c += rows * ends->cStride + columns;
  if (ends->finish.bias) ends->finish.bias += columns;
  if (ends->finish.rest) ends->finish.rest += rows * ends->finish.restStride + columns;
}

/// The ends of the tile that begins at a row and a column of a whole.
SW_INLINE tile_ends endsAt(const tile_ends *whole, int64_t row, int64_t column) {
  tile_ends ends = *whole;
  advance(&ends, row, column);
  return ends;
}

/// One term of a tile; `lower` is A's fourth row. Where it asks, it does so `ahead` floats in front.
SW_INLINE void productTerm(
  const int rows, const int vectors, const int asks, int64_t ahead, const float *upper,
  const float *lower, int64_t aRowStride, const float *b, f32x16 sum[6][4]) {
  f32x16 row[4];
  SW_UNROLL
  for (int v = 0; v < vectors; v++) {
    if (asks) __builtin_prefetch(b + ahead + v * 16);
    row[v] = load(b + v * 16);
  }
  SW_UNROLL
  for (int r = 0; r < rows; r++) {
    const f32x16 scale = splat(r < 3 ? upper[r * aRowStride] : lower[(r - 3) * aRowStride]);
    SW_UNROLL
    for (int v = 0; v < vectors; v++) sum[r][v] = fma16(scale, row[v], sum[r][v]);
  }
}

/// As many of `run` terms as are whole fours, where A's terms follow each other. Returns how many.
SW_INLINE int64_t productFours(
  const int rows, const int vectors, const int asks, const product *p, const float *a,
  const float *b, const int64_t bStride, int64_t run, f32x16 sum[6][4]) {
  int64_t i = 0;
  // Rows in two groups, or the address of each would wait for that of the one before.
  const float *upper = a, *lower = a + 3 * p->aRowStride;
  for (; i + 4 <= run; i += 4) {
    if (rows > 3) __asm__("" : "+r"(upper), "+r"(lower));
    SW_UNROLL
    for (int u = 0; u < 4; u++)
      productTerm(
        rows, vectors, asks == ASK_ALL || (asks == ASK_ONE && u == 0), p->ahead, upper + u, lower + u,
        p->aRowStride, b + u * bStride, sum);
    upper += 4;
    lower += 4;
    b += 4 * bStride;
  }
  return i;
}

/// Terms first..<last of `rows` rows and `vectors` vectors; rows, vectors and asks are constants.
/// The last vector has `columns` columns, 1...16. All loops over them are unrolled, or the sums
/// would be stored at every term.
SW_INLINE void productTile(
  const int rows, const int vectors, const int asks, const product *p, int64_t first,
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
      sum[r][v] = loadUpTo(from, n);
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
    // Two rows have no more sums than are in flight: out of turn, they would wait.
    if (p->aStride == 1 && rows != 2) {
      if (rows == 1 && p->bStride == PANEL)
        i = productFours(rows, vectors, asks, p, a, b, PANEL, run, sum);
      else
        i = productFours(rows, vectors, asks, p, a, b, p->bStride, run, sum);
      a += i;
      b += i * p->bStride;
    }
    for (; i < run; i++) {
      productTerm(
        rows, vectors, asks == ASK_ALL, p->ahead, a, a + 3 * p->aRowStride, p->aRowStride, b, sum);
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
      const sw_finish *finish = &ends->finish;
      f32x16 y = sum[r][v];
      if (ends->end == END_ADD) y = loadUpTo(c, n) + y;
      if (finish->bias) y = y + loadUpTo(finish->bias + v * 16, n);
      if (finish->rectifies) y = rectified(y);
      if (finish->rest) y = y + loadUpTo(finish->rest + r * finish->restStride + v * 16, n);
      storeUpTo(c, y, n);
    }
}

#define PRODUCT_TILE_OF(name, rows, vectors, asks)                                          \
  static __attribute__((noinline)) void name(                                               \
    const product *p, int64_t first, int64_t last, const tile_ends *ends, int64_t columns) { \
    productTile(rows, vectors, asks, p, first, last, ends, columns);                     \
  }
#define PRODUCT_TILE(rows, vectors)                             \
  PRODUCT_TILE_OF(productTile##rows##x##vectors, rows, vectors, ASK_NONE) \
  PRODUCT_TILE_OF(productAsk##rows##x##vectors, rows, vectors, ASK_ONE) \
  PRODUCT_TILE_OF(productStream##rows##x##vectors, rows, vectors, ASK_ALL)
typedef void (*product_function)(
  const product *p, int64_t first, int64_t last, const tile_ends *ends, int64_t columns);

PRODUCT_TILE(1, 1) PRODUCT_TILE(1, 2) PRODUCT_TILE(1, 3) PRODUCT_TILE(1, 4)
PRODUCT_TILE(2, 1) PRODUCT_TILE(2, 2)
PRODUCT_TILE(3, 1)
PRODUCT_TILE(4, 1)
#if SW_GEMM_TILE >= 6
PRODUCT_TILE(3, 2) PRODUCT_TILE(5, 1) PRODUCT_TILE(6, 1)
#endif
#if SW_GEMM_TILE >= 24
PRODUCT_TILE(2, 3) PRODUCT_TILE(2, 4)
PRODUCT_TILE(3, 3) PRODUCT_TILE(3, 4)
PRODUCT_TILE(4, 2) PRODUCT_TILE(4, 3) PRODUCT_TILE(4, 4)
PRODUCT_TILE(5, 2) PRODUCT_TILE(5, 3) PRODUCT_TILE(5, 4)
PRODUCT_TILE(6, 2) PRODUCT_TILE(6, 3) PRODUCT_TILE(6, 4)
#endif
#undef PRODUCT_TILE
#undef PRODUCT_TILE_OF

/// By what they ask for, by rows, then by vectors; NULL where the registers do not suffice.
static const product_function productTiles[ASK_COUNT][PRODUCT_ROWS + 1][5] = {
#if SW_GEMM_TILE >= 24
#define ROW(kind, rows) \
  [rows] = {NULL, kind##rows##x1, kind##rows##x2, kind##rows##x3, kind##rows##x4}
#define ALL(kind) \
  {ROW(kind, 1), ROW(kind, 2), ROW(kind, 3), ROW(kind, 4), ROW(kind, 5), ROW(kind, 6)}
#elif SW_GEMM_TILE >= 6
#define ALL(kind)                                                         \
  {                                                                       \
    [1] = {NULL, kind##1x1, kind##1x2, kind##1x3, kind##1x4},             \
    [2] = {NULL, kind##2x1, kind##2x2}, [3] = {NULL, kind##3x1, kind##3x2}, \
    [4] = {NULL, kind##4x1}, [5] = {NULL, kind##5x1}, [6] = {NULL, kind##6x1}, \
  }
#else
#define ALL(kind)                                                                  \
  {                                                                                \
    [1] = {NULL, kind##1x1, kind##1x2, kind##1x3, kind##1x4},                      \
    [2] = {NULL, kind##2x1, kind##2x2}, [3] = {NULL, kind##3x1}, [4] = {NULL, kind##4x1}, \
  }
#endif
  ALL(productTile), ALL(productAsk), ALL(productStream),
#undef ALL
#undef ROW
};

/// Terms first..<last of rowCount rows and n <= 64 columns. The first rows ask for B ahead, which
/// serves the others too: all at once if there are few, else a fourth of it each.
static void productPanel(
  const product *whole, int64_t rowCount, int64_t n, int64_t first, int64_t last,
  const tile_ends *wholeEnds) {
  product p = *whole;
  const int isSpread = rowCount >= 4 * PRODUCT_ROWS;
  for (int64_t m = 0; m < rowCount;) {
    const int64_t left = rowCount - m;
    const int rows = left < PRODUCT_ROWS ? (int)left : PRODUCT_ROWS;
    int asks = ASK_NONE;
    tile_ends ends = endsAt(wholeEnds, m, 0);
    if (whole->ahead != 0 && m < (isSpread ? 4 * PRODUCT_ROWS : 1)) {
      asks = isSpread ? ASK_ONE : ASK_ALL;
      p.ahead = whole->ahead + m / PRODUCT_ROWS * p.bStride;
    }
    const product_function *tiles = productTiles[asks][rows];
    p.a = whole->a + m * p.aRowStride;
    for (int64_t j = 0; j < n;) {
      int vectors = (int)(panelWidth(n - j) / 16);
      while (!tiles[vectors]) vectors--;
      const int64_t width = (int64_t)16 * vectors;
      const int64_t columns = n - j < width ? n - j - (width - 16) : 16;
      p.b = whole->b + j;
      tiles[vectors](&p, first, last, &ends, columns);
      advance(&ends, 0, width);
      j += width;
    }
    m += rows;
  }
}

/// Where a panel is larger than the first-level cache and a tile is one vector wide, that vector's
/// column of the panel is put together once for many rows.
enum {
  MANY_ROWS = 40,
  COLUMN_TERMS = 512,
  COLUMN_LEAST_TERMS = 128,
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
    for (int64_t m = 0; m < rowCount; m += PRODUCT_ROWS) {
      const int64_t left = rowCount - m;
      p.a = whole->a + m * p.aRowStride;
      const tile_ends ends = endsAt(wholeEnds, m, j);
      productTiles[0][left < PRODUCT_ROWS ? left : PRODUCT_ROWS][1](&p, 0, terms, &ends, columns);
    }
  }
}

/// Large panels arrive too late for few rows unless they are asked for ahead: for one row so many
/// terms, for more a block of terms, which all rows use before the next.
enum {
  STREAM_BYTES = 256 << 10,
  STREAM_TERMS = 64,
  FEW_ROWS = 2 * PRODUCT_ROWS,
  FEW_ROWS_TERMS = 64,
  SOME_ROWS_TERMS = 256,
};

/// One row of whole panels.
static void gemmRow(
  const product *whole, int64_t k, int64_t n, const float *packed, const tile_ends *wholeEnds) {
  product p = *whole;
  tile_ends ends = *wholeEnds;
  const int streams = k * n * 4 > STREAM_BYTES;
  p.ahead = streams ? STREAM_TERMS * PANEL : 0;
  for (int64_t j = 0; j < n; j += PANEL) {
    p.b = packed + j * k;
    if (streams)
      productStream1x4(&p, 0, k, &ends, 16);
    else
      productTile1x4(&p, 0, k, &ends, 16);
    advance(&ends, 0, PANEL);
  }
}

/// How a block, the terms first..<last of k, begins and ends in what a whole ends in: partial sums are
/// kept exactly between the blocks of one chunk, PANEL floats a row.
SW_INLINE tile_ends blockEnds(
  int64_t first, int64_t last, int64_t k, const tile_ends *whole, float *partial) {
  const int opens = first % CHUNK == 0, ended = last % CHUNK == 0 || last == k;
  return (tile_ends){
    .start = opens ? START_ZERO : START_PARTIAL,
    .end = ended && first >= CHUNK ? END_ADD : END_STORE,
    .from = partial, .fromStride = PANEL,
    .c = ended ? whole->c : partial, .cStride = ended ? whole->cStride : PANEL,
    .finish = last == k ? whole->finish : noFinish,
  };
}

/// All k terms of 2..<MANY_ROWS rows and n <= 64 columns, block by block of terms.
static void productBlocks(
  const product *whole, int64_t rowCount, int64_t n, int64_t k, const tile_ends *wholeEnds) {
  _Alignas(64) float partial[MANY_ROWS * PANEL];
  const int64_t terms = rowCount <= FEW_ROWS ? FEW_ROWS_TERMS : SOME_ROWS_TERMS;
  product p = *whole;
  p.ahead = terms * p.bStride;
  for (int64_t first = 0; first < k; first += terms) {
    const int64_t last = k - first < terms ? k : first + terms;
    const tile_ends ends = blockEnds(first, last, k, wholeEnds, partial);
    productPanel(&p, rowCount, n, first, last, &ends);
  }
}

/// All k terms of any rows and n <= 64 columns.
static void productChunks(
  const product *p, int64_t rowCount, int64_t n, int64_t k, const tile_ends *whole) {
  int64_t first = 0;
  do {
    const int64_t last = k - first < CHUNK ? k : first + CHUNK;
    tile_ends ends = *whole;
    ends.end = first > 0 ? END_ADD : END_STORE;
    if (last < k) ends.finish = noFinish;
    productPanel(p, rowCount, n, first, last, &ends);
    first = last;
  } while (first < k);
}

/// Rows whose terms are read for one panel after the other should stay in the second-level cache.
enum { ROWS_BYTES = 128 << 10, LEAST_ROWS = 96 };

static void SW_VARIANT(gemm)(
  const sw_rows *rows, int64_t rowCount, const sw_panels *right, const sw_finish *finish, float *c,
  int64_t cStride) {
  const int64_t k = rows->segments * rows->segmentLength;
  const int plain = rows->segments == 1 || !rows->offsets;
  product p = {
    .a = rows->base + (plain && rows->offsets ? rows->offsets[0] : 0),
    .aRowStride = rows->rowStride, .aStride = 1, .offsets = plain ? NULL : rows->offsets,
    .segmentLength = rows->segmentLength, .bStride = PANEL,
  };
  const tile_ends all = {
    .start = START_ZERO, .end = END_STORE, .c = c, .cStride = cStride,
    .finish = finish ? *finish : noFinish,
  };
  const int64_t n = right->count;
  const int wholePanels = right->first % PANEL == 0 && n % PANEL == 0;
  if (rowCount == 1 && wholePanels && k <= CHUNK && k > 0) {
    gemmRow(&p, k, n, right->packed + right->first * k, &all);
    return;
  }
  const int byBlocks = rowCount > 1 && rowCount < MANY_ROWS && k * n * 4 >= STREAM_BYTES;
  const int byColumns = SW_GEMM_TILE < 24 && rowCount >= MANY_ROWS && k > COLUMN_LEAST_TERMS
    && k <= COLUMN_TERMS;
  int64_t most = ROWS_BYTES / 4 / (k + 1) / 12 * 12;
  if (most < LEAST_ROWS) most = LEAST_ROWS;
  for (int64_t m = 0, some; m < rowCount; m += some, p.a += some * p.aRowStride) {
    some = rowCount - m < most + MANY_ROWS ? rowCount - m : most;
    for (int64_t j = 0, columns; j < n; j += columns) {
      const int64_t within = (right->first + j) % PANEL, panel = right->first + j - within;
      columns = n - j < PANEL - within ? n - j : PANEL - within;
      p.b = right->packed + panel * k + within;
      p.bStride = panelWidth(right->n - panel);
      const tile_ends ends = endsAt(&all, m, j);
      if (byBlocks)
        productBlocks(&p, some, columns, k, &ends);
      else if (byColumns)
        productColumns(&p, some, columns, k, &ends);
      else
        productChunks(&p, some, columns, k, &ends);
    }
  }
}

/// A product whose right operand is packed as it goes: blocks of BLOCK_TERMS terms and
/// BLOCK_ROWS rows.
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
          .aRowStride = a->rowStride, .aStride = a->columnStride, .b = panel,
          .bStride = panelWidth(columns),
        };
        const tile_ends whole = {.c = c + i * cStride + j, .cStride = cStride};
        const tile_ends ends = blockEnds(first, first + terms, k, &whole, partial);
        productPanel(&p, rowCount, columns, 0, terms, &ends);
      }
    }
  }
}

enum { TURNED_BYTES_AHEAD = 128 };

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

/// Adds a[0], ..., a[3] times the terms of eight columns, which follow each other, turned in registers.
SW_INLINE f32x8 addTurned(const f32x8 a[4], const char *from, distances d, f32x8 sum) {
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
/// one begins at column `last`. Asks for terms ahead if columns are streamed: those behind the last are
/// often of the next product.
SW_INLINE void dotTurnedColumns(
  const int eights, int64_t last, int streams, const float *a, int64_t aStride, const float *from,
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
    if (streams) {
      // Every fourth turn begins a line of each column; one eight a turn asks for what follows.
      const char *later = columns[p / 4 % eights] + TURNED_BYTES_AHEAD;
      for (int j = 0; j < 8; j++) __builtin_prefetch(later + j * d.one);
    }
    f32x8 terms[4];
    SW_UNROLL
    for (int i = 0; i < 4; i++) terms[i] = splat8(a[(p + i) * aStride]);
    SW_UNROLL
    for (int v = 0; v < eights; v++) {
      // Loads that are moved up to here from below would not fit into the registers.
      __asm__ volatile("" : "+r"(columns[v]) : : "memory");
      sum[v] = addTurned(terms, columns[v], d, sum[v]);
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
static void dotTurned(
  const float *a, int64_t aStride, const sw_matrix *b, int64_t n, int64_t k, int streams, float *c) {
  const int64_t stride = b->columnStride;
  for (int64_t j = 0; j < n; j += 32) {
    if (n - j < 8) j = n - 8;
    const int64_t left = n - j, last = left < 32 ? left - 8 : 24;
    const float *from = b->base + j * stride;
    if (left > 24)
      dotTurnedColumns(4, last, streams, a, aStride, from, stride, k, c + j);
    else if (left > 16)
      dotTurnedColumns(3, last, streams, a, aStride, from, stride, k, c + j);
    else if (left > 8)
      dotTurnedColumns(2, last, streams, a, aStride, from, stride, k, c + j);
    else
      dotTurnedColumns(1, last, streams, a, aStride, from, stride, k, c + j);
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
    dotTurned(a->base, a->columnStride, b, n, k, n * b->columnStride * 4 >= STREAM_BYTES, c);
    return;
  }
  // Few rows over dense columns read B where it lies, whole vectors only.
  const int64_t direct = b->columnStride == 1 && m < 8 ? n / 16 * 16 : 0;
  const int streams = m == 1 && k * b->rowStride * 4 > STREAM_BYTES;
  product p = {
    .a = a->base, .aRowStride = a->rowStride, .aStride = a->columnStride,
    .bStride = b->rowStride, .ahead = streams ? STREAM_TERMS * b->rowStride : 0,
  };
  for (int64_t j = 0; j < direct; j += PANEL) {
    const int64_t columns = direct - j < PANEL ? direct - j : PANEL;
    p.b = b->base + j;
    const tile_ends ends = {.start = START_ZERO, .end = END_STORE, .c = c + j, .cStride = cStride};
    productChunks(&p, m, columns, k, &ends);
  }
  if (direct == n) return;
  const sw_matrix rest = {b->base + direct * b->columnStride, b->rowStride, b->columnStride};
  dotPacked(a, &rest, m, n - direct, k, c + direct, cStride);
}
