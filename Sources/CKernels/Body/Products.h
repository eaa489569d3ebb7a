// Products of two values, where they lie.

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

static void SW_VARIANT(dot)(
  const sw_matrix *a, const sw_matrix *b, int64_t m, int64_t n, int64_t k, float *c,
  int64_t cStride) {
  if (k == 0) {
    for (int64_t i = 0; i < m; i++) memset(c + i * cStride, 0, (size_t)n * 4);
    return;
  }
  if (b->rowStride == 1 && b->columnStride != 1 && k <= CHUNK && m == 1 && n >= 8) {
    dotTransposed(a->base, a->columnStride, b, n, k, n * b->columnStride * 4 >= PREFETCH_LEAST_BYTES, c);
    return;
  }
  // Few rows over dense columns read B where it lies, whole vectors only.
  const int64_t direct = b->columnStride == 1 && m < 8 ? n / 16 * 16 : 0;
  const int prefetches = m == 1 && k * b->rowStride * 4 > PREFETCH_LEAST_BYTES;
  product p = {
    .a = a->base, .aRowStride = a->rowStride, .aStride = a->columnStride,
    .bStride = b->rowStride, .prefetchDistance = prefetches ? PREFETCH_TERMS * b->rowStride : 0,
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
