// What is done to the sums of a product before they are stored.

static const sw_finish noFinish = {0};

/// Goes on to another row and column.
SW_INLINE void advanceFinish(sw_finish *finish, int64_t rows, int64_t columns) {
  if (finish->bias) finish->bias += columns;
  if (finish->rest) finish->rest += rows * finish->restStride + columns;
  if (finish->valid) finish->valid += rows;
  if (finish->masked) finish->masked += rows * finish->maskedStride + columns;
}

/// Finishes the n <= 16 sums of a row from a column on, and stores them at `c`.
SW_INLINE void storeFinished(
  const sw_finish *finish, int64_t row, int64_t column, f32x16 y, float *c, int64_t n) {
  if (finish->bias) y = y + loadUpTo(finish->bias + column, n);
  if (finish->rectifies) y = rectified(y);
  if (finish->rest) y = y + loadUpTo(finish->rest + row * finish->restStride + column, n);
  if (finish->valid) {
    const f32x16 seen = finish->valid[row] ? y : splat(0.0f);
    if (finish->masked)
      storeUpTo(finish->masked + row * finish->maskedStride + column, seen, n);
    else
      y = seen;
  }
  storeUpTo(c, y, n);
}
