// Runs prepared elementwise programs tile by tile, so that temporaries stay in the first-level cache.

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

/// One tile of whole vectors of a straight program: what a step with few elements does.
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

/// Any program, tile by tile.
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
