// Powers and remainders.

SW_INLINE f64x16 doubles(f32x16 v) { return __builtin_convertvector(v, f64x16); }

/// log2(x) in double for finite x > 0, from a float32 (so never denormal here).
SW_INLINE f64x16 log2Of(f64x16 x) {
  const i64x16 word = (i64x16)x;
  const i64x16 e = (word - 0x3fe6a09e667f3bcd) >> 52;
  const f64x16 m = (f64x16)(word - (e << 52));
  const f64x16 s = (m - 1.0) / (m + 1.0);
  const f64x16 z = s * s;
  // log(m) = 2 atanh(s); |s| < 0.172.
  f64x16 p = (f64x16)(1.0 / 21.0);
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  const f64x16 natural = 2.0 * (s + s * z * p);
  return __builtin_convertvector(e, f64x16) + natural * 1.4426950408889634;
}

/// 2^t in double; t is kept in -300...300, NaN stays.
SW_INLINE f64x16 exp2Of(f64x16 t) {
  const f64x16 rounder = (f64x16)(6755399441055744.0);
  const f64x16 below = (t > 300.0) ? (f64x16)(300.0) : t;
  const f64x16 x = (below < -300.0) ? (f64x16)(-300.0) : below;
  const f64x16 k = x + rounder;
  const i64x16 n = (i64x16)k - (i64x16)rounder;
  const f64x16 r = (x - (k - rounder)) * 0.6931471805599453;
  f64x16 p = (f64x16)(1.0 / 479001600.0);
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return p * (f64x16)((n + 1023) << 52);
}

SW_INLINE f32x16 powOf(f32x16 x, f32x16 y) {
  const f32x16 a = magnitude(x);
  const i32x16 ordinary = (a > 0.0f) & (a < infinite());
  const f64x16 exponent = doubles(y) * log2Of(doubles(pick(ordinary, a, splat(1.0f))));
  f32x16 r = __builtin_convertvector(exp2Of(exponent), f32x16);
  const i32x16 toZero = ((a == 0.0f) & (y > 0.0f)) | ((a == infinite()) & (y < 0.0f));
  const i32x16 toInfinity = ((a == 0.0f) & (y < 0.0f)) | ((a == infinite()) & (y > 0.0f));
  r = pick(toZero, splat(0.0f), r);
  r = pick(toInfinity, infinite(), r);
  r = pick((a == 1.0f) & (y == y), splat(1.0f), r);
  const i32x16 big = magnitude(y) >= 16777216.0f;
  const f32x16 whole = pick(big, y, __builtin_elementwise_floor(y));
  const f32x16 half = 0.5f * whole;
  const i32x16 odd = ~big & (whole == y) & (__builtin_elementwise_floor(half) != half);
  const i32x16 negative = bits(x) < 0;
  r = pick(negative & odd, -r, r);
  r = pick(negative & ordinary & (whole != y), notANumber(), r);
  r = pick((x != x) | (y != y), notANumber(), r);
  return pick((x == 1.0f) | (y == 0.0f), splat(1.0f), r);
}

/// C's fmod, which is exact, so that any correct library gives these bits.
SW_INLINE f32x16 remOf(f32x16 x, f32x16 y) {
  float a[16], b[16];
  store(a, x);
  store(b, y);
  for (int j = 0; j < 16; j++) a[j] = __builtin_fmodf(a[j], b[j]);
  return load(a);
}
