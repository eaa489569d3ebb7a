// A tile of a product (register blocking): every output is one chain of fused multiply-adds over k,
// sixteen outputs a vector, so that neither the tile nor the split of the work can change a bit.

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
  /// Prefetch distance in B, in floats, for tiles that prefetch.
  int64_t prefetchDistance;
} product;

/// Which rows of B a tile prefetches: none, one of every four, or all.
enum { PREFETCH_NONE, PREFETCH_ONE, PREFETCH_ALL, PREFETCH_COUNT };

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
  sw_epilogue epilogue;
} tile_ends;

/// Goes on to another row and column.
SW_INLINE void advance(tile_ends *ends, int64_t rows, int64_t columns) {
  if (ends->start == START_PARTIAL) ends->from += rows * ends->fromStride + columns;
  ends->c += rows * ends->cStride + columns;
  advanceEpilogue(&ends->epilogue, rows, columns);
}

/// The ends of the tile that begins at a row and a column of a whole.
SW_INLINE tile_ends endsAt(const tile_ends *whole, int64_t row, int64_t column) {
  tile_ends ends = *whole;
  advance(&ends, row, column);
  return ends;
}

/// One term of a tile; `lower` is A's fourth row. Prefetches `prefetchDistance` floats ahead if asked to.
SW_INLINE void productTerm(
  const int rows, const int vectors, const int prefetch, int64_t prefetchDistance, const float *upper,
  const float *lower, int64_t aRowStride, const float *b, f32x16 sum[6][4]) {
  f32x16 row[4];
  // Term by term, or the compiler loads B of later ones first and has no registers left for sums.
  if (prefetch && rows > 3 && vectors > 1) __asm__ volatile("" ::: "memory");
  SW_UNROLL
  for (int v = 0; v < vectors; v++) {
    if (prefetch) __builtin_prefetch(b + prefetchDistance + v * 16);
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
  const int rows, const int vectors, const int prefetch, const product *p, const float *a,
  const float *b, const int64_t bStride, int64_t run, f32x16 sum[6][4]) {
  int64_t i = 0;
  // Rows in two groups, or the address of each would wait for that of the one before.
  const float *upper = a, *lower = a + 3 * p->aRowStride;
  for (; i + 4 <= run; i += 4) {
    if (rows > 3) __asm__("" : "+r"(upper), "+r"(lower));
    SW_UNROLL
    for (int u = 0; u < 4; u++)
      productTerm(
        rows, vectors, prefetch == PREFETCH_ALL || (prefetch == PREFETCH_ONE && u == 0), p->prefetchDistance, upper + u, lower + u,
        p->aRowStride, b + u * bStride, sum);
    upper += 4;
    lower += 4;
    b += 4 * bStride;
  }
  return i;
}

/// Terms first..<last of `rows` rows and `vectors` vectors; rows, vectors and prefetch are constants.
/// The last vector has `columns` columns, 1...16. All loops over them are unrolled, or the sums
/// would be stored at every term.
SW_INLINE void productTile(
  const int rows, const int vectors, const int prefetch, const product *p, int64_t first,
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
    // Two rows have no more sums than are in flight: out of order, they would wait.
    if (p->aStride == 1 && rows != 2) {
      if (rows == 1 && p->bStride == PANEL)
        i = productFours(rows, vectors, prefetch, p, a, b, PANEL, run, sum);
      else
        i = productFours(rows, vectors, prefetch, p, a, b, p->bStride, run, sum);
      a += i;
      b += i * p->bStride;
    }
    for (; i < run; i++) {
      productTerm(
        rows, vectors, prefetch == PREFETCH_ALL, p->prefetchDistance, a, a + 3 * p->aRowStride, p->aRowStride, b, sum);
      a += p->aStride;
      b += p->bStride;
    }
    k += run;
    segment++;
    within = 0;
  }

  // A copy, which no store can change.
  const sw_epilogue epilogue = ends->epilogue;
  SW_UNROLL
  for (int r = 0; r < rows; r++)
    SW_UNROLL
    for (int v = 0; v < vectors; v++) {
      float *c = ends->c + r * ends->cStride + v * 16;
      const int64_t n = v == vectors - 1 ? columns : 16;
      f32x16 y = sum[r][v];
      if (ends->end == END_ADD) y = loadUpTo(c, n) + y;
      storeWithEpilogue(&epilogue, r, v * 16, y, c, n);
    }
}

#define PRODUCT_TILE_OF(name, rows, vectors, prefetch)                                          \
  static __attribute__((noinline)) void name(                                               \
    const product *p, int64_t first, int64_t last, const tile_ends *ends, int64_t columns) { \
    productTile(rows, vectors, prefetch, p, first, last, ends, columns);                     \
  }
#define PRODUCT_TILE(rows, vectors)                             \
  PRODUCT_TILE_OF(productTile##rows##x##vectors, rows, vectors, PREFETCH_NONE) \
  PRODUCT_TILE_OF(productPrefetchOne##rows##x##vectors, rows, vectors, PREFETCH_ONE) \
  PRODUCT_TILE_OF(productPrefetchAll##rows##x##vectors, rows, vectors, PREFETCH_ALL)
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

/// By what they prefetch, by rows, then by vectors; NULL where the registers do not suffice.
static const product_function productTiles[PREFETCH_COUNT][PRODUCT_ROWS + 1][5] = {
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
  ALL(productTile), ALL(productPrefetchOne), ALL(productPrefetchAll),
#undef ALL
#undef ROW
};
