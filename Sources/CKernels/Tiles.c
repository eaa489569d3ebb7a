// Checks programs of elementwise functions and prepares them for every variant.
#include "TileAccess.h"

int sw_op_arity(int op) {
  if (op < 0 || op >= SW_OP_COUNT) return 0;
  switch (op) {
    case SW_SELECT: return 3;
    case SW_ADD: case SW_SUB: case SW_MUL: case SW_DIV: case SW_REM: case SW_MAX: case SW_MIN:
    case SW_POW: case SW_EQ: case SW_LT: case SW_LE: case SW_I_ADD: case SW_I_SUB: case SW_I_MUL:
    case SW_I_MAX: case SW_I_MIN: case SW_I_EQ: case SW_I_LT: case SW_I_LE: case SW_I_SHL:
    case SW_I_SHR: case SW_I_SAR: case SW_U_MAX: case SW_U_MIN: case SW_U_LT: case SW_U_LE:
    case SW_AND: case SW_OR: case SW_XOR: case SW_ADD_RELU:
      return 2;
    default: return 1;
  }
}

static int isRegister(int32_t r) { return r >= 0 && r < SW_TILE_REGISTERS; }

static int isType(int32_t dtype) { return dtype >= SW_F32 && dtype <= SW_F16; }

static int isWellFormed(const sw_tile_program *p) {
  if (p->rank < 0 || p->rank > SW_TILE_RANK) return 0;
  for (int d = 0; d < p->rank; d++)
    if (p->extents[d] < 0) return 0;
  if (p->inputCount < 0 || p->inputCount > SW_TILE_REGISTERS || p->opCount < 0) return 0;
  if (p->outputCount < 0 || p->outputCount > SW_TILE_REGISTERS) return 0;
  for (int k = 0; k < p->inputCount; k++)
    if (!isType(p->inputs[k].dtype)) return 0;
  for (int k = 0; k < p->opCount; k++) {
    const sw_tile_op *op = &p->ops[k];
    if (sw_op_arity(op->op) == 0 || !isRegister(op->a) || !isRegister(op->b)) return 0;
    if (!isRegister(op->c) || !isRegister(op->destination)) return 0;
    if (op->destination < p->inputCount) return 0;
  }
  for (int k = 0; k < p->outputCount; k++) {
    const sw_tile_output *output = &p->outputs[k];
    if (!isType(output->dtype) || !isRegister(output->source)) return 0;
    if (output->source < p->inputCount) return 0;
  }
  return 1;
}

/// Finds how an operand repeats: whole axes at the front with stride 0, dense axes behind.
static void classify(const sw_tile_program *p, sw_tile_input *input) {
  int d = p->rank - 1;
  int64_t count = 1;
  for (; d >= 0; d--) {
    if (p->extents[d] == 1) continue;
    if (input->strides[d] != count) break;
    count *= p->extents[d];
  }
  input->period = count;
  int constant = 1;
  for (int e = 0; e <= d; e++)
    if (p->extents[e] != 1 && input->strides[e] != 0) constant = 0;
  if (d < 0)
    input->access = SW_ACCESS_DENSE;
  else
    input->access = constant ? SW_ACCESS_PERIODIC : SW_ACCESS_GENERAL;
}

static int64_t greatestCommonDivisor(int64_t a, int64_t b) {
  while (b != 0) {
    const int64_t r = a % b;
    a = b;
    b = r;
  }
  return a;
}

/// Most cells a tile may hold so that short periods start each tile in the same phase.
static int64_t tileCells(const sw_tile_program *p) {
  int64_t step = 16;
  for (int k = 0; k < p->inputCount; k++) {
    const sw_tile_input *input = &p->inputs[k];
    if (input->access != SW_ACCESS_PERIODIC || input->period > SW_TILE_CELLS) continue;
    step = step / greatestCommonDivisor(step, input->period) * input->period;
    if (step > SW_TILE_CELLS) return SW_TILE_CELLS;
  }
  return SW_TILE_CELLS / step * step;
}

/// Whether a result may lie over an operand: over dense ones of its width only.
static int mayBeOver(const sw_tile_program *p, int32_t r) {
  return r < p->inputCount && p->inputs[r].access == SW_ACCESS_DENSE &&
    elementWidth(p->inputs[r].dtype) == 4;
}

/// A result's register may be its memory when no operand that it may lie over is read after the
/// register's first write.
static int mayBeDirect(const sw_tile_program *p, int index) {
  const sw_tile_output *output = &p->outputs[index];
  if (output->dtype != SW_F32 && output->dtype != SW_I32) return 0;
  for (int k = 0; k < index; k++)
    if (p->outputs[k].source == output->source) return 0;
  int written = 0;
  for (int k = 0; k < p->opCount; k++) {
    const sw_tile_op *op = &p->ops[k];
    const int arity = sw_op_arity(op->op);
    const int readsInput = mayBeOver(p, op->a) || (arity > 1 && mayBeOver(p, op->b)) ||
      (arity > 2 && mayBeOver(p, op->c));
    if (written && readsInput) return 0;
    if (op->destination == output->source) written = 1;
  }
  return written;
}

static int isStraight(const sw_tile_program *p) {
  for (int k = 0; k < p->inputCount; k++) {
    const sw_tile_input *input = &p->inputs[k];
    const int cells = input->access == SW_ACCESS_DENSE && elementWidth(input->dtype) == 4;
    if (!cells && !(input->access == SW_ACCESS_PERIODIC && input->period == 1)) return 0;
  }
  for (int k = 0; k < p->outputCount; k++)
    if (!p->outputs[k].direct) return 0;
  return 1;
}

int sw_tile_prepare(sw_tile_program *p) {
  if (!isWellFormed(p)) return -1;
  int64_t dense = 1;
  for (int d = p->rank - 1; d >= 0; d--) {
    p->dense[d] = dense;
    dense *= p->extents[d];
  }
  for (int k = 0; k < p->inputCount; k++) classify(p, &p->inputs[k]);
  for (int k = 0; k < p->outputCount; k++) p->outputs[k].direct = mayBeDirect(p, k);
  p->straight = isStraight(p);
  p->tile = tileCells(p);
  p->registerCount = p->inputCount;
  for (int k = 0; k < p->opCount; k++)
    if (p->ops[k].destination >= p->registerCount) p->registerCount = p->ops[k].destination + 1;
  return 0;
}
