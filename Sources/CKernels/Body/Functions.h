// Every function of sw_pointwise.h as a loop over whole vectors of cells.

typedef void (*cell_function)(
  void *y, const void *a, const void *b, const void *c, int64_t vectors);

// The arguments of a function's expression: x and w float lanes, i and j integer lanes.
#define SW_LOOP(name, setup, result)                                                       \
  static void name##Cells(                                                                 \
    void *yAt, const void *aAt, const void *bAt, const void *cAt, int64_t vectors) {       \
    i32x16_any *y = yAt;                                                                   \
    const i32x16_any *a = aAt, *b = bAt, *c = cAt;                                         \
    (void)b, (void)c;                                                                      \
    for (int64_t v = 0; v < vectors; v++) {                                                \
      setup;                                                                               \
      y[v] = (i32x16)(result);                                                             \
    }                                                                                      \
  }
#define SW_UNARY(name, result) SW_LOOP(name, const f32x16 x = floats(a[v]), result)
#define SW_BINARY(name, result) \
  SW_LOOP(name, const f32x16 x = floats(a[v]); const f32x16 w = floats(b[v]), result)
#define SW_INT1(name, result) SW_LOOP(name, const i32x16 i = a[v], result)
#define SW_INT2(name, result) SW_LOOP(name, const i32x16 i = a[v]; const i32x16 j = b[v], result)

SW_INLINE f32x16 signOf(f32x16 x) {
  const f32x16 one = withSignOf(splat(1.0f), x);
  return pick((x > 0.0f) | (x < 0.0f), one, x);
}

SW_INLINE f32x16 relu(f32x16 x) { return pick(x <= 0.0f, splat(0.0f), x); }

/// Toward zero, saturating, NaN to 0. Every lane converted is in range.
SW_INLINE i32x16 toInt(f32x16 x) {
  const i32x16 inside = (x >= -2147483648.0f) & (x < 2147483648.0f);
  const i32x16 r = __builtin_convertvector(pick(inside, x, splat(0.0f)), i32x16);
  const i32x16 high = pickInt(x >= 2147483648.0f, isplat(INT32_MAX), r);
  return pickInt(x < -2147483648.0f, isplat(INT32_MIN), high);
}

SW_INLINE i32x16 toUnsigned(f32x16 x) {
  // The upper half of the range is converted less 2^31, which is exact there.
  const i32x16 upper = x >= 2147483648.0f;
  const i32x16 r = toInt(pick(upper, x - 2147483648.0f, x));
  const i32x16 whole = pickInt(upper, r ^ (int32_t)0x80000000, pickInt(r < 0, isplat(0), r));
  return pickInt(x >= 4294967296.0f, isplat(-1), whole);
}

SW_INLINE f32x16 fromUnsigned(i32x16 i) {
  // Halves above 2^31 keep their lowest bit, so that the one rounding is right.
  const i32x16 half = (i32x16)((u32x16)i >> 1) | (i & 1);
  const f32x16 large = 2.0f * __builtin_convertvector(half, f32x16);
  return pick(i < 0, large, __builtin_convertvector(i, f32x16));
}

/// Shift counts kept in 0...31 for the lanes that use them.
SW_INLINE i32x16 shiftCount(i32x16 j) { return j & 31; }
SW_INLINE i32x16 shiftInside(i32x16 j) { return (j >= 0) & (j < 32); }

SW_INT1(copy, i)
SW_UNARY(neg, -x)
SW_UNARY(abs, magnitude(x))
SW_UNARY(sign, signOf(x))
SW_UNARY(sqrt, __builtin_elementwise_sqrt(x))
SW_UNARY(rsqrt, 1.0f / __builtin_elementwise_sqrt(x))
SW_UNARY(floor, __builtin_elementwise_floor(x))
SW_UNARY(ceil, __builtin_elementwise_ceil(x))
SW_UNARY(round, __builtin_elementwise_rint(x))
SW_UNARY(exp, expOf(x))
SW_UNARY(expm1, expm1Of(x))
SW_UNARY(log, logOf(x))
SW_UNARY(log1p, log1pOf(x))
SW_UNARY(sin, sinOf(x))
SW_UNARY(cos, cosOf(x))
SW_UNARY(tanh, tanhOf(x))
SW_UNARY(sigmoid, sigmoidOf(x))
SW_UNARY(erf, erfOf(x))
SW_UNARY(isFinite, magnitude(x) < infinite())
SW_BINARY(add, x + w)
SW_BINARY(sub, x - w)
SW_BINARY(mul, x *w)
SW_BINARY(div, x / w)
SW_BINARY(rem, remOf(x, w))
SW_BINARY(max, larger(x, w))
SW_BINARY(min, smaller(x, w))
SW_BINARY(pow, powOf(x, w))
SW_BINARY(eq, x == w)
SW_BINARY(lt, x < w)
SW_BINARY(le, x <= w)
SW_INT1(iNeg, (u32x16)0 - (u32x16)i)
SW_INT1(iAbs, i < 0 ? (u32x16)0 - (u32x16)i : (u32x16)i)
SW_INT1(iSign, (i < 0) - (i > 0))
SW_INT2(iAdd, (u32x16)i + (u32x16)j)
SW_INT2(iSub, (u32x16)i - (u32x16)j)
SW_INT2(iMul, (u32x16)i *(u32x16)j)
SW_INT2(iMax, pickInt(i > j, i, j))
SW_INT2(iMin, pickInt(i < j, i, j))
SW_INT2(iEq, i == j)
SW_INT2(iLt, i < j)
SW_INT2(iLe, i <= j)
SW_INT2(iShl, shiftInside(j) & (i32x16)((u32x16)i << (u32x16)shiftCount(j)))
SW_INT2(iShr, shiftInside(j) & (i32x16)((u32x16)i >> (u32x16)shiftCount(j)))
SW_INT2(iSar, i >> pickInt(shiftInside(j), shiftCount(j), isplat(31)))
SW_INT2(uMax, (u32x16)i > (u32x16)j ? (u32x16)i : (u32x16)j)
SW_INT2(uMin, (u32x16)i < (u32x16)j ? (u32x16)i : (u32x16)j)
SW_INT2(uLt, (u32x16)i < (u32x16)j)
SW_INT2(uLe, (u32x16)i <= (u32x16)j)
SW_INT2(and, i &j)
SW_INT2(or, i | j)
SW_INT2(xor, i ^ j)
SW_INT1(not, ~i)
SW_LOOP(select, const i32x16 mask = a[v], (mask & b[v]) | (~mask & c[v]))
SW_UNARY(f32ToI32, toInt(x))
SW_UNARY(f32ToU32, toUnsigned(x))
SW_INT1(i32ToF32, __builtin_convertvector(i, f32x16))
SW_INT1(u32ToF32, fromUnsigned(i))
SW_INT1(trueToF32, i & bits(splat(1.0f)))
SW_INT1(trueToI32, i & 1)
SW_UNARY(f32ToTrue, x != 0.0f)
SW_INT1(i32ToTrue, i != 0)
SW_UNARY(roundBf16, fromBf16(toBf16(x)))
SW_UNARY(roundF16, fromF16(toF16(x)))
SW_UNARY(relu, relu(x))
SW_BINARY(addRelu, relu(x + w))
#undef SW_LOOP
#undef SW_UNARY
#undef SW_BINARY
#undef SW_INT1
#undef SW_INT2

static const cell_function cellFunctions[SW_OP_COUNT] = {
  [SW_COPY] = copyCells, [SW_NEG] = negCells, [SW_ABS] = absCells, [SW_SIGN] = signCells,
  [SW_SQRT] = sqrtCells, [SW_RSQRT] = rsqrtCells, [SW_FLOOR] = floorCells, [SW_CEIL] = ceilCells,
  [SW_ROUND] = roundCells, [SW_EXP] = expCells, [SW_EXPM1] = expm1Cells, [SW_LOG] = logCells,
  [SW_LOG1P] = log1pCells, [SW_SIN] = sinCells, [SW_COS] = cosCells, [SW_TANH] = tanhCells,
  [SW_SIGMOID] = sigmoidCells, [SW_ERF] = erfCells, [SW_IS_FINITE] = isFiniteCells,
  [SW_ADD] = addCells, [SW_SUB] = subCells, [SW_MUL] = mulCells, [SW_DIV] = divCells,
  [SW_REM] = remCells, [SW_MAX] = maxCells, [SW_MIN] = minCells, [SW_POW] = powCells,
  [SW_EQ] = eqCells, [SW_LT] = ltCells, [SW_LE] = leCells, [SW_I_NEG] = iNegCells,
  [SW_I_ABS] = iAbsCells, [SW_I_SIGN] = iSignCells, [SW_I_ADD] = iAddCells,
  [SW_I_SUB] = iSubCells, [SW_I_MUL] = iMulCells, [SW_I_MAX] = iMaxCells, [SW_I_MIN] = iMinCells,
  [SW_I_EQ] = iEqCells, [SW_I_LT] = iLtCells, [SW_I_LE] = iLeCells, [SW_I_SHL] = iShlCells,
  [SW_I_SHR] = iShrCells, [SW_I_SAR] = iSarCells, [SW_U_MAX] = uMaxCells, [SW_U_MIN] = uMinCells,
  [SW_U_LT] = uLtCells, [SW_U_LE] = uLeCells, [SW_AND] = andCells, [SW_OR] = orCells,
  [SW_XOR] = xorCells, [SW_NOT] = notCells, [SW_SELECT] = selectCells,
  [SW_F32_TO_I32] = f32ToI32Cells, [SW_F32_TO_U32] = f32ToU32Cells,
  [SW_I32_TO_F32] = i32ToF32Cells, [SW_U32_TO_F32] = u32ToF32Cells,
  [SW_TRUE_TO_F32] = trueToF32Cells, [SW_TRUE_TO_I32] = trueToI32Cells,
  [SW_F32_TO_TRUE] = f32ToTrueCells, [SW_I32_TO_TRUE] = i32ToTrueCells,
  [SW_ROUND_BF16] = roundBf16Cells, [SW_ROUND_F16] = roundF16Cells,
  [SW_RELU] = reluCells, [SW_ADD_RELU] = addReluCells,
};

static void SW_VARIANT(apply)(
  int op, void *y, const void *a, const void *b, const void *c, int64_t n) {
  if (op < 0 || op >= SW_OP_COUNT) return;
  const cell_function function = cellFunctions[op];
  const int64_t vectors = n / 16, rest = n % 16, done = vectors * 64;
  if (vectors > 0) function(y, a, b, c, vectors);
  if (rest == 0) return;
  // The last partial vector runs on copies, so that nothing beyond the arrays is touched.
  const void *const operands[3] = {a, b, c};
  int32_t cells[3][16] = {{0}}, r[16];
  for (int k = 0; k < 3; k++)
    if (operands[k]) copyCellsUnder16(cells[k], (const char *)operands[k] + done, rest);
  function(r, cells[0], cells[1], cells[2], 1);
  copyCellsUnder16((char *)y + done, r, rest);
}
