// Products with packed weights: dense layers and convolutions.

/// Terms first..<last of rowCount rows and n <= 64 columns. The first rows prefetch B, which
/// serves the others too: all of it if there are few rows, else a fourth each.
static void productPanel(
  const product *whole, int64_t rowCount, int64_t n, int64_t first, int64_t last,
  const tile_ends *wholeEnds) {
  product p = *whole;
  const int isSpread = rowCount >= 4 * PRODUCT_ROWS;
  for (int64_t m = 0; m < rowCount;) {
    const int64_t left = rowCount - m;
    const int rows = left < PRODUCT_ROWS ? (int)left : PRODUCT_ROWS;
    int prefetch = PREFETCH_NONE;
    tile_ends ends = endsAt(wholeEnds, m, 0);
    if (whole->prefetchDistance != 0 && m < (isSpread ? 4 * PRODUCT_ROWS : 1)) {
      prefetch = isSpread ? PREFETCH_ONE : PREFETCH_ALL;
      p.prefetchDistance = whole->prefetchDistance + m / PRODUCT_ROWS * p.bStride;
    }
    const product_function *tiles = productTiles[prefetch][rows];
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
      const int64_t rows = left < PRODUCT_ROWS ? left : PRODUCT_ROWS;
      productTiles[PREFETCH_NONE][rows][1](&p, 0, terms, &ends, columns);
    }
  }
}

/// Large panels arrive too late for few rows unless they are prefetched: for one row so many terms ahead, for
/// more rows a block of terms ahead, which all rows use before the next.
enum {
  PREFETCH_LEAST_BYTES = 256 << 10,
  PREFETCH_TERMS = 64,
  FEW_ROWS = 2 * PRODUCT_ROWS,
  FEW_ROWS_TERMS = 64,
  SOME_ROWS_TERMS = 256,
};

/// One row of whole panels.
static void gemmRow(
  const product *whole, int64_t k, int64_t n, const float *packed, const tile_ends *wholeEnds) {
  product p = *whole;
  tile_ends ends = *wholeEnds;
  const int prefetches = k * n * 4 > PREFETCH_LEAST_BYTES;
  p.prefetchDistance = prefetches ? PREFETCH_TERMS * PANEL : 0;
  for (int64_t j = 0; j < n; j += PANEL) {
    p.b = packed + j * k;
    if (prefetches)
      productPrefetchAll1x4(&p, 0, k, &ends, 16);
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
    .epilogue = last == k ? whole->epilogue : noEpilogue,
  };
}

/// All k terms of 2..<MANY_ROWS rows and n <= 64 columns, block by block of terms.
static void productBlocks(
  const product *whole, int64_t rowCount, int64_t n, int64_t k, const tile_ends *wholeEnds) {
  _Alignas(64) float partial[MANY_ROWS * PANEL];
  const int64_t terms = rowCount <= FEW_ROWS ? FEW_ROWS_TERMS : SOME_ROWS_TERMS;
  product p = *whole;
  p.prefetchDistance = terms * p.bStride;
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
    if (last < k) ends.epilogue = noEpilogue;
    productPanel(p, rowCount, n, first, last, &ends);
    first = last;
  } while (first < k);
}

/// Rows whose terms are read for one panel after the other should stay in the second-level cache.
enum { ROWS_BYTES = 256 << 10, LEAST_ROWS = 96 };

static void SW_VARIANT(gemm)(
  const sw_rows *rows, int64_t rowCount, const sw_panels *right, const sw_epilogue *epilogue, float *c,
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
    .epilogue = epilogue ? *epilogue : noEpilogue,
  };
  const int64_t n = right->count;
  const int wholePanels = right->first % PANEL == 0 && n % PANEL == 0;
  if (rowCount == 1 && wholePanels && k <= CHUNK && k > 0) {
    gemmRow(&p, k, n, right->packed + right->first * k, &all);
    return;
  }
  const int byBlocks = rowCount > 1 && rowCount < MANY_ROWS && k * n * 4 >= PREFETCH_LEAST_BYTES;
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
