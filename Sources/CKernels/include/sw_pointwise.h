/// Elementwise arithmetic: single functions over arrays, and fused ones, interpreted
/// as bytecode on tiles of vectors.
///
/// A *cell* is 32 bits: a float32, an int32 (or uint32), or a truth value, all ones or all zeros.
#ifndef SW_POINTWISE_H
#define SW_POINTWISE_H

#include <stdint.h>

/// Functions of one to three cells. All are exact or correctly rounded except where an error is
/// given in units in the last place (ulp).
///
/// | function | result |
/// |---|---|
/// | NEG ABS SQRT FLOOR CEIL | as IEEE 754 |
/// | SIGN | -1, 1, or x itself when x is a zero or NaN |
/// | ROUND | to the nearest integer, halves to even |
/// | EXP TANH SIGMOID | within 2 ulp |
/// | LOG EXPM1 LOG1P ERF SIN COS | within 4 ulp, SIN and COS for every finite x |
/// | RSQRT | 1 / SQRT(x), two roundings |
/// | IS_FINITE | truth |
/// | ADD SUB MUL DIV | as IEEE 754 |
/// | REM | C fmod: exact, sign of x, NaN for y = 0 |
/// | MAX MIN | NaN when either is NaN; MAX(-0, +0) = +0, MIN = -0 |
/// | POW | within 1 ulp; special cases as C pow |
/// | EQ LT LE | truth, false for NaN |
/// | I_* | int32, wrapping; I_SHL I_SHR(logical) give 0 for counts outside 0...31, I_SAR the sign |
/// | U_* | uint32 |
/// | AND OR XOR NOT | bitwise, also on truth values |
/// | SELECT | b where a is true, else c |
/// | F32_TO_I32 | toward zero, saturating, NaN to 0 |
/// | F32_TO_U32 | toward zero, saturating, NaN and negatives to 0 |
/// | I32_TO_F32 U32_TO_F32 | nearest even |
/// | TRUE_TO_F32 TRUE_TO_I32 | 1 or 0 |
/// | F32_TO_TRUE I32_TO_TRUE | not equal 0 (NaN is true) |
/// | RELU | SELECT(LE(a, 0), 0, a): NaN stays |
/// | ADD_RELU | RELU(ADD(a, b)) |
/// | ROUND_BF16 ROUND_F16 | nearest even value of the 16-bit type, kept as float32 |
enum {
  SW_COPY, SW_NEG, SW_ABS, SW_SIGN, SW_SQRT, SW_RSQRT, SW_FLOOR, SW_CEIL, SW_ROUND,
  SW_EXP, SW_EXPM1, SW_LOG, SW_LOG1P, SW_SIN, SW_COS, SW_TANH, SW_SIGMOID, SW_ERF,
  SW_IS_FINITE,
  SW_ADD, SW_SUB, SW_MUL, SW_DIV, SW_REM, SW_MAX, SW_MIN, SW_POW,
  SW_EQ, SW_LT, SW_LE,
  SW_I_NEG, SW_I_ABS, SW_I_SIGN, SW_I_ADD, SW_I_SUB, SW_I_MUL, SW_I_MAX, SW_I_MIN,
  SW_I_EQ, SW_I_LT, SW_I_LE, SW_I_SHL, SW_I_SHR, SW_I_SAR,
  SW_U_MAX, SW_U_MIN, SW_U_LT, SW_U_LE,
  SW_AND, SW_OR, SW_XOR, SW_NOT,
  SW_SELECT,
  SW_F32_TO_I32, SW_F32_TO_U32, SW_I32_TO_F32, SW_U32_TO_F32,
  SW_TRUE_TO_F32, SW_TRUE_TO_I32, SW_F32_TO_TRUE, SW_I32_TO_TRUE,
  SW_ROUND_BF16, SW_ROUND_F16,
  SW_RELU, SW_ADD_RELU,
  SW_OP_COUNT,
};

/// How many cells a function reads: 1, 2 or 3; 0 for an unknown number.
int sw_op_arity(int op);

/// y[i] = op(a[i], b[i], c[i]) for i in 0..<n, on cells. Operands that the function does not read
/// may be NULL. y may be the same array as an operand, but may not overlap one otherwise.
void sw_apply(int op, void *y, const void *a, const void *b, const void *c, int64_t n);

/// Element types of a program's operands in memory. Truth values are bytes, 0 or 1
/// (any other byte reads as true); 16-bit floats become float32 cells and are rounded when stored.
enum { SW_F32, SW_I32, SW_BOOL, SW_BF16, SW_F16 };

enum { SW_TILE_RANK = 6, SW_TILE_REGISTERS = 24, SW_TILE_CELLS = 512 };

/// How an operand is laid out: as the iteration space itself, as a dense run that repeats, or otherwise.
enum { SW_ACCESS_DENSE, SW_ACCESS_PERIODIC, SW_ACCESS_GENERAL };

/// An operand of a program: element (i0, i1, ...) is at the sum of i * stride, in elements.
/// Stride 0 broadcasts.
typedef struct {
  int32_t dtype;
  /// Where element 0 is: so many bytes behind one of the addresses that a run is given.
  int32_t slot;
  int64_t offset;
  int64_t strides[SW_TILE_RANK];
  /// The cell of an operand that is one number, the same in every run: SW_TILE_CELLS times; or NULL.
  const int32_t *cells;
  /// Filled by sw_tile_prepare: how the operand is laid out, and after how many elements it repeats.
  int32_t access;
  int64_t period;
} sw_tile_input;

/// A result of a program, dense in row-major order.
typedef struct {
  int32_t dtype;
  /// Where element 0 is, as for an operand.
  int32_t slot;
  int64_t offset;
  /// The register stored, a temporary.
  int32_t source;
  /// Filled by sw_tile_prepare: the register may live in the result itself.
  int32_t direct;
} sw_tile_output;

/// One function of a program, on registers. Unused operands are 0.
typedef struct {
  int32_t op, destination, a, b, c;
} sw_tile_op;

/// A program of functions over an iteration space. Registers 0..<inputCount are the inputs and are
/// never written; the others are temporaries. Its results have the bits that sw_apply gives one
/// function at a time.
typedef struct {
  int32_t rank;
  int64_t extents[SW_TILE_RANK];
  int32_t inputCount, opCount, outputCount;
  sw_tile_input *inputs;
  const sw_tile_op *ops;
  sw_tile_output *outputs;
  /// Filled by sw_tile_prepare.
  int32_t registerCount;
  /// Whether a tile of whole vectors never gathers: every operand is dense cells or one number, and
  /// every result is direct.
  int32_t straight;
  int64_t tile;
  int64_t dense[SW_TILE_RANK];
} sw_tile_program;

/// Checks a program and fills its prepared fields. Returns 0, or -1 when a register, function,
/// type, rank or extent is out of range, or when an op writes or a result names an input.
int sw_tile_prepare(sw_tile_program *program);

/// Runs a prepared program for the elements begin..<end of its iteration space in row-major order.
/// Operands and results lie behind the addresses of `slots`. A result may be the same array as an
/// input that is dense and has the same element width; no other overlap is allowed.
void sw_tile_run(
  const sw_tile_program *program, void *const *slots, int64_t begin, int64_t end);

/// The cell of one element of an operand's type.
int32_t sw_tile_cell(int32_t dtype, const void *element);

#endif
