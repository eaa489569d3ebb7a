// What is done to the sums of a product before they are stored.

static const sw_epilogue noEpilogue = {0};

/// Goes on to another row and column.
SW_INLINE void advanceEpilogue(sw_epilogue *epilogue, int64_t rows, int64_t columns) {
  if (epilogue->bias) epilogue->bias += columns;
  if (epilogue->residual) epilogue->residual += rows * epilogue->residualStride + columns;
  if (epilogue->mask) epilogue->mask += rows;
  if (epilogue->masked) epilogue->masked += rows * epilogue->maskedStride + columns;
}

/// The compiler names this switch when an activation is added.
SW_INLINE f32x16 activated(sw_activation activation, f32x16 y) {
  switch (activation) {
    case SW_ACTIVATION_NONE: return y;
    case SW_ACTIVATION_RELU: return relu(y);
  }
  return y;
}

/// Applies the epilogue to the n <= 16 sums of a row from a column on, and stores them at `c`.
SW_INLINE void storeWithEpilogue(
  const sw_epilogue *epilogue, int64_t row, int64_t column, f32x16 y, float *c, int64_t n) {
  if (epilogue->bias) y = y + loadUpTo(epilogue->bias + column, n);
  y = activated(epilogue->activation, y);
  if (epilogue->residual)
    y = y + loadUpTo(epilogue->residual + row * epilogue->residualStride + column, n);
  if (epilogue->mask) {
    const f32x16 visible = epilogue->mask[row] ? y : splat(0.0f);
    if (epilogue->masked)
      storeUpTo(epilogue->masked + row * epilogue->maskedStride + column, visible, n);
    else
      y = visible;
  }
  storeUpTo(c, y, n);
}
