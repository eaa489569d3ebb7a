// How a tile reads its operands and writes its results: gathered, spread, and as cells.

/// Copies `count` elements of `width` bytes, `stride` elements apart.
SW_INLINE void copyRun(char *to, const char *from, int64_t stride, int64_t count, int64_t width) {
  if (stride == 1) {
    memcpy(to, from, (size_t)(count * width));
  } else if (stride == 0 && width == 1) {
    memset(to, *from, (size_t)count);
  } else if (width == 4) {
    int32_t *cells = (int32_t *)to;
    const int32_t *source = (const int32_t *)from;
    if (stride == 0)
      for (int64_t k = 0; k < count; k++) cells[k] = *source;
    else
      for (int64_t k = 0; k < count; k++) cells[k] = source[k * stride];
  } else {
    for (int64_t k = 0; k < count; k++)
      memcpy(to + k * width, from + k * stride * width, (size_t)width);
  }
}

/// Gathers the elements at..<at + count of a broadcast operand.
static void gatherOperand(
  const sw_tile_program *p, const sw_tile_input *input, const char *base, int64_t at,
  int64_t count, int64_t width, char *to) {
  if (input->access == SW_ACCESS_PERIODIC) {
    // One period beginning at the phase, then copies of what is there.
    const int64_t phase = at % input->period, once = input->period - phase;
    const int64_t tail = once < count ? once : count;
    copyRun(to, base + phase * width, 1, tail, width);
    int64_t done = input->period < count ? input->period : count;
    copyRun(to + tail * width, base, 1, done - tail, width);
    for (int64_t run; done < count; done += run) {
      run = done < count - done ? done : count - done;
      memcpy(to + done * width, to, (size_t)(run * width));
    }
    return;
  }
  // Where the first element is, then row by row of the last axis.
  const int last = p->rank - 1;
  int64_t index[SW_TILE_RANK], rest = at, offset = 0;
  for (int d = 0; d <= last; d++) {
    index[d] = rest / p->dense[d];
    rest %= p->dense[d];
    offset += index[d] * input->strides[d];
  }
  const int64_t stride = input->strides[last];
  while (count > 0) {
    const int64_t left = p->extents[last] - index[last];
    const int64_t run = left < count ? left : count;
    copyRun(to, base + offset * width, stride, run, width);
    to += run * width;
    count -= run;
    offset -= index[last] * stride;
    index[last] = 0;
    for (int d = last - 1; d >= 0; d--) {
      offset += input->strides[d];
      if (++index[d] < p->extents[d]) break;
      offset -= p->extents[d] * input->strides[d];
      index[d] = 0;
    }
  }
}

/// Whether an operand has one element for every row of the last axis, in whole vectors.
static int isRowOperand(const sw_tile_program *p, const sw_tile_input *input) {
  const int last = p->rank - 1;
  return input->access == SW_ACCESS_GENERAL && input->strides[last] == 0 &&
    p->extents[last] % 16 == 0;
}

/// The cell of one stored element.
static int32_t readCell(int32_t dtype, const void *element) {
  int32_t cell;
  switch (dtype) {
    case SW_BOOL: return *(const uint8_t *)element != 0 ? -1 : 0;
    case SW_BF16:
    case SW_F16: {
      u16x16 half = (u16x16)(0);
      memcpy(&half, element, 2);
      return bits(dtype == SW_BF16 ? fromBf16(half) : fromF16(half))[0];
    }
    default: memcpy(&cell, element, 4); return cell;
  }
}

/// Turns stored elements into cells; `raw` and `cells` hold whole vectors.
static void readCells(int32_t dtype, const void *raw, int32_t *cells, int64_t vectors) {
  const u8x16_any *bytes = raw;
  const u16x16_any *halves = raw;
  i32x16_any *to = (i32x16_any *)cells;
  for (int64_t v = 0; v < vectors; v++) {
    if (dtype == SW_BOOL)
      to[v] = __builtin_convertvector((i8x16)(bytes[v] != (u8x16)(0)), i32x16);
    else if (dtype == SW_BF16)
      to[v] = bits(fromBf16(halves[v]));
    else
      to[v] = bits(fromF16(halves[v]));
  }
}

static void writeCells(int32_t dtype, const int32_t *cells, void *to, int64_t count) {
  const i32x16_any *from = (const i32x16_any *)cells;
  char *place = to;
  for (int64_t v = 0; v * 16 < count; v++) {
    const int64_t n = count - v * 16 < 16 ? count - v * 16 : 16;
    if (dtype == SW_BOOL) {
      const u8x16 r = __builtin_convertvector(from[v] & 1, u8x16);
      memcpy(place + v * 16, &r, (size_t)n);
    } else if (dtype == SW_BF16 || dtype == SW_F16) {
      const u16x16 r = dtype == SW_BF16 ? toBf16(floats(from[v])) : toF16(floats(from[v]));
      memcpy(place + v * 32, &r, (size_t)n * 2);
    } else if (n == 16) {
      memcpy(place + v * 64, &from[v], 64);
    } else {
      copyCellsUnder16(place + v * 64, &from[v], n);
    }
  }
}

static int32_t SW_VARIANT(tile_cell)(int32_t dtype, const void *element) {
  return readCell(dtype, element);
}

/// Spreads the elements of a row operand over the cells at..<at + 16 * vectors.
static void spreadRows(
  const sw_tile_program *p, const sw_tile_input *input, const char *base, int64_t at,
  int64_t vectors, int64_t width, int32_t *cells) {
  const int last = p->rank - 1;
  const int64_t perRow = p->extents[last] / 16;
  int64_t row = at / p->extents[last], within = at % p->extents[last] / 16;
  i32x16_any *to = (i32x16_any *)cells;
  while (vectors > 0) {
    int64_t rest = row, offset = 0;
    for (int d = last - 1; d >= 0; d--) {
      offset += rest % p->extents[d] * input->strides[d];
      rest /= p->extents[d];
    }
    const i32x16 cell = isplat(readCell(input->dtype, base + offset * width));
    const int64_t run = perRow - within < vectors ? perRow - within : vectors;
    for (int64_t v = 0; v < run; v++) to[v] = cell;
    to += run;
    vectors -= run;
    within = 0;
    row++;
  }
}
