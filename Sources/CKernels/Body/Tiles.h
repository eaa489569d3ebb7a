// Runs prepared chains tile by tile, so that temporaries stay in the first-level cache.

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
  // Where the first element stands, then row by row of the last axis.
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

SW_INLINE char *operandBase(const sw_tile_input *input, void *const *slots) {
  return (char *)slots[input->slot] + input->offset;
}
SW_INLINE char *resultBase(const sw_tile_output *output, void *const *slots) {
  return (char *)slots[output->slot] + output->offset;
}

SW_INLINE void runFunctions(
  const sw_tile_program *p, int32_t *const *registers, int64_t vectors) {
  for (int k = 0; k < p->opCount; k++) {
    const sw_tile_op *op = &p->ops[k];
    cellFunctions[op->op](
      registers[op->destination], registers[op->a], registers[op->b], registers[op->c], vectors);
  }
}

/// Cells of all registers of a tile that is run at once.
enum { STRAIGHT_CELLS = 4 * SW_TILE_CELLS };

/// One tile of whole vectors of a straight chain: what a step with few elements does.
static void straightTile(
  const sw_tile_program *p, void *const *slots, int64_t at, int64_t count) {
  // Registers that are not memory of operands or results.
  _Alignas(64) int32_t scratch[STRAIGHT_CELLS];
  int32_t *registers[SW_TILE_REGISTERS];
  const int64_t vectors = count / 16;
  int32_t *next = scratch;
  for (int k = 0; k < p->inputCount; k++) {
    const sw_tile_input *input = &p->inputs[k];
    if (input->access == SW_ACCESS_DENSE) {
      registers[k] = (int32_t *)(operandBase(input, slots) + at * 4);
    } else if (input->cells) {
      registers[k] = (int32_t *)input->cells;
    } else {
      registers[k] = next;
      const i32x16 cell = isplat(readCell(input->dtype, operandBase(input, slots)));
      for (int64_t v = 0; v < vectors; v++) ((i32x16_any *)next)[v] = cell;
      next += count;
    }
  }
  for (int k = p->inputCount; k < p->registerCount; k++, next += count) registers[k] = next;
  for (int k = 0; k < p->outputCount; k++) {
    const sw_tile_output *output = &p->outputs[k];
    registers[output->source] = (int32_t *)(resultBase(output, slots) + at * 4);
  }
  runFunctions(p, registers, vectors);
}

/// Any chain, tile by tile.
static void tiles(const sw_tile_program *p, void *const *slots, int64_t begin, int64_t end) {
  _Alignas(64) int32_t scratch[SW_TILE_REGISTERS][SW_TILE_CELLS];
  int32_t *registers[SW_TILE_REGISTERS];
  registers[0] = scratch[0];
  // Which elements a gathered operand's register holds: a phase of its period, and how many.
  int64_t heldPhase[SW_TILE_REGISTERS], heldCount[SW_TILE_REGISTERS];
  for (int k = 0; k < p->inputCount; k++) heldCount[k] = 0;
  for (int k = p->inputCount; k < p->registerCount; k++) registers[k] = scratch[k];

  int64_t count;
  for (int64_t at = begin; at < end; at += count) {
    const int64_t left = end - at;
    count = left < 16 ? left : (left < p->tile ? left & ~(int64_t)15 : p->tile);
    const int64_t vectors = (count + 15) / 16;
    const int whole = count % 16 == 0;

    for (int k = 0; k < p->inputCount; k++) {
      const sw_tile_input *input = &p->inputs[k];
      if (input->cells) {
        registers[k] = (int32_t *)input->cells;
        continue;
      }
      const int64_t width = elementWidth(input->dtype);
      const char *base = operandBase(input, slots);
      const int dense = input->access == SW_ACCESS_DENSE;
      const int64_t phase = input->access == SW_ACCESS_PERIODIC ? at % input->period : at;
      const int straight = dense ||
        (input->access == SW_ACCESS_PERIODIC && phase + count <= input->period);
      if (straight && whole) {
        if (width == 4) {
          registers[k] = (int32_t *)(base + phase * 4);
        } else {
          registers[k] = scratch[k];
          readCells(input->dtype, base + phase * width, scratch[k], vectors);
        }
        continue;
      }
      registers[k] = scratch[k];
      if (heldCount[k] >= count && heldPhase[k] == phase) continue;
      if (input->access == SW_ACCESS_PERIODIC && input->period == 1) {
        const i32x16 cell = isplat(readCell(input->dtype, base));
        for (int64_t v = 0; v < vectors; v++) ((i32x16_any *)scratch[k])[v] = cell;
        heldPhase[k] = 0;
        heldCount[k] = vectors * 16;
        continue;
      }
      if (whole && at % 16 == 0 && isRowOperand(p, input)) {
        spreadRows(p, input, base, at, vectors, width, scratch[k]);
        continue;
      }
      _Alignas(64) char raw[SW_TILE_CELLS * 2];
      char *to = width == 4 ? (char *)scratch[k] : raw;
      if (!whole) memset(to, 0, 64);
      if (straight && width == 4)
        copyCellsUnder16(to, base + phase * 4, count);
      else if (straight)
        memcpy(to, base + phase * width, (size_t)(count * width));
      else
        gatherOperand(p, input, base, at, count, width, to);
      if (width != 4) readCells(input->dtype, raw, scratch[k], vectors);
      heldPhase[k] = phase;
      heldCount[k] = input->access == SW_ACCESS_PERIODIC ? count : 0;
    }

    for (int k = 0; k < p->outputCount; k++) {
      const sw_tile_output *output = &p->outputs[k];
      if (!output->direct) continue;
      registers[output->source] =
        whole ? (int32_t *)resultBase(output, slots) + at : scratch[output->source];
    }
    runFunctions(p, registers, vectors);
    for (int k = 0; k < p->outputCount; k++) {
      const sw_tile_output *output = &p->outputs[k];
      if (output->direct && whole) continue;
      const int64_t width = elementWidth(output->dtype);
      writeCells(
        output->dtype, registers[output->source], resultBase(output, slots) + at * width, count);
    }
  }
}

static void SW_VARIANT(tile_run)(
  const sw_tile_program *p, void *const *slots, int64_t begin, int64_t end) {
  const int64_t count = end - begin;
  if (
    p->straight && count % 16 == 0 && count <= SW_TILE_CELLS &&
    count * p->registerCount <= STRAIGHT_CELLS)
    straightTile(p, slots, begin, count);
  else
    tiles(p, slots, begin, end);
}
