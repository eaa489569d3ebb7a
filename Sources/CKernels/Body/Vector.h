// Sixteen lanes and the few operations that need care to be the same everywhere.

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef uint16_t u16x16 __attribute__((ext_vector_type(16)));
typedef uint8_t u8x16 __attribute__((ext_vector_type(16)));
typedef int8_t i8x16 __attribute__((ext_vector_type(16)));
typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef int64_t i64x16 __attribute__((ext_vector_type(16)));

typedef f32x16 f32x16_any __attribute__((aligned(1), may_alias));
typedef i32x16 i32x16_any __attribute__((aligned(1), may_alias));
typedef u16x16 u16x16_any __attribute__((aligned(1), may_alias));
typedef u8x16 u8x16_any __attribute__((aligned(1), may_alias));

#define SW_INLINE static inline __attribute__((always_inline))
#define SW_UNROLL _Pragma("clang loop unroll(full)")

SW_INLINE f32x16 load(const float *p) { return *(const f32x16_any *)p; }
SW_INLINE void store(float *p, f32x16 v) { *(f32x16_any *)p = v; }
SW_INLINE f32x16 splat(float v) { return (f32x16)(v); }
SW_INLINE i32x16 isplat(int32_t v) { return (i32x16)(v); }

/// Copies fewer than sixteen cells without a call.
SW_INLINE void copyCellsUnder16(void *to, const void *from, int64_t n) {
  char *y = to;
  const char *x = from;
  if (n & 8) memcpy(y, x, 32), y += 32, x += 32;
  if (n & 4) memcpy(y, x, 16), y += 16, x += 16;
  if (n & 2) memcpy(y, x, 8), y += 8, x += 8;
  if (n & 1) memcpy(y, x, 4);
}

/// Reads or writes the first n < 16 lanes only; other lanes read as `fill`.
SW_INLINE f32x16 loadSome(const float *p, int64_t n, float fill) {
  f32x16 v = splat(fill);
  copyCellsUnder16(&v, p, n);
  return v;
}
SW_INLINE void storeSome(float *p, f32x16 v, int64_t n) { copyCellsUnder16(p, &v, n); }

/// The same for up to sixteen lanes; others read as 0.
SW_INLINE f32x16 loadUpTo(const float *p, int64_t count) {
  return count == 16 ? load(p) : loadSome(p, count, 0.0f);
}
SW_INLINE void storeUpTo(float *p, f32x16 v, int64_t count) {
  if (count == 16)
    store(p, v);
  else
    storeSome(p, v, count);
}

SW_INLINE i32x16 bits(f32x16 v) { return (i32x16)v; }
SW_INLINE f32x16 floats(i32x16 v) { return (f32x16)v; }
SW_INLINE f32x16 pick(i32x16 mask, f32x16 a, f32x16 b) { return mask ? a : b; }
SW_INLINE i32x16 pickInt(i32x16 mask, i32x16 a, i32x16 b) { return mask ? a : b; }
SW_INLINE f32x16 magnitude(f32x16 x) { return floats(bits(x) & 0x7fffffff); }
SW_INLINE f32x16 withSignOf(f32x16 a, f32x16 sign) {
  return floats((bits(a) & 0x7fffffff) | (bits(sign) & (int32_t)0x80000000));
}
SW_INLINE f32x16 notANumber(void) { return floats(isplat(0x7fc00000)); }
SW_INLINE f32x16 infinite(void) { return floats(isplat(0x7f800000)); }

#if SW_HARDWARE_FMA
SW_INLINE f32x16 fma16(f32x16 a, f32x16 b, f32x16 c) { return __builtin_elementwise_fma(a, b, c); }
#else
/// Fused multiply-add in double: the product is exact, the sum is rounded to odd (the last bit is
/// set when anything was lost), so the second rounding, to float, is the only one that counts.
SW_INLINE f32x16 fma16(f32x16 a, f32x16 b, f32x16 c) {
  const f64x16 p = __builtin_convertvector(a, f64x16) * __builtin_convertvector(b, f64x16);
  const f64x16 q = __builtin_convertvector(c, f64x16);
  const f64x16 s = p + q;
  const f64x16 t = s - p;
  const f64x16 lost = (p - (s - t)) + (q - t);
  const i64x16 inexact = (lost > 0.0) | (lost < 0.0);
  const i64x16 n = (i64x16)s;
  const i64x16 outward = (((i64x16)lost ^ n) >> 63) | 1;
  const i64x16 even = (n & 1) - 1;
  return __builtin_convertvector((f64x16)(n + (outward & inexact & even)), f32x16);
}
#endif

SW_INLINE f32x16 larger(f32x16 a, f32x16 b) {
  const f32x16 ordered = pick(a > b, a, b);
  const f32x16 numbers = pick(a == b, floats(bits(a) & bits(b)), ordered);
  return pick((a != a) | (b != b), a + b, numbers);
}
SW_INLINE f32x16 smaller(f32x16 a, f32x16 b) {
  const f32x16 ordered = pick(a < b, a, b);
  const f32x16 numbers = pick(a == b, floats(bits(a) | bits(b)), ordered);
  return pick((a != a) | (b != b), a + b, numbers);
}

/// The lanes added as the fixed tree.
SW_INLINE float addLanes(f32x16 v) {
  float s[16];
  store(s, v);
  for (int width = 8; width > 0; width /= 2)
    for (int j = 0; j < width; j++) s[j] = s[j] + s[j + width];
  return s[0];
}
