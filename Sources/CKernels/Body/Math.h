// Elementary functions. Polynomials are minimax fits of this project, in float32.

/// 2^n for -126 <= n <= 127.
SW_INLINE f32x16 powerOfTwo(i32x16 n) { return floats((n + 127) << 23); }

/// p * 2^n for -252 <= n <= 254, rounded once.
SW_INLINE f32x16 scaled(f32x16 p, i32x16 n) {
  const i32x16 half = n >> 1;
  return p * powerOfTwo(half) * powerOfTwo(n - half);
}

/// Adding this to |x| < 2^22 leaves the nearest integer in the low bits.
#define SW_ROUNDER 12582912.0f

/// x = n ln 2 + r + rest, |r| <= ln 2 / 2; rest is what rounding r lost.
SW_INLINE f32x16 reduceExponent(f32x16 x, i32x16 *n, f32x16 *rest) {
  const f32x16 k = fma16(x, splat(1.44269504f), splat(SW_ROUNDER));
  *n = bits(k) - bits(splat(SW_ROUNDER));
  const f32x16 whole = k - SW_ROUNDER;
  const f32x16 high = fma16(-whole, splat(6.931471825e-01f), x);
  const f32x16 r = fma16(whole, splat(1.904654212e-09f), high);
  *rest = fma16(whole, splat(1.904654212e-09f), high - r);
  return r;
}

/// Keeps x in low...high; NaN stays.
SW_INLINE f32x16 clamped(f32x16 x, float low, float high) {
  const f32x16 a = pick(x > high, splat(high), x);
  return pick(a < low, splat(low), a);
}

SW_INLINE f32x16 expOf(f32x16 x) {
  i32x16 n;
  f32x16 rest;
  const f32x16 r = reduceExponent(clamped(x, -104.5f, 89.0f), &n, &rest);
  f32x16 p = splat(1.381461043e-03f);
  p = fma16(p, r, splat(8.368710056e-03f));
  p = fma16(p, r, splat(4.166838899e-02f));
  p = fma16(p, r, splat(1.666652113e-01f));
  p = fma16(p, r, splat(4.999999404e-01f));
  // 1 + r is kept exactly, as a sum and what it lost, so that only the last addition rounds.
  const f32x16 sum = 1.0f + r;
  const f32x16 lost = (1.0f - sum) + r;
  return scaled(sum + (lost + fma16(r * r, p, rest)), n);
}

SW_INLINE f32x16 expm1Of(f32x16 x) {
  i32x16 n;
  f32x16 rest;
  const f32x16 r = reduceExponent(clamped(x, -18.0f, 89.0f), &n, &rest);
  f32x16 p = splat(1.984587579e-04f);
  p = fma16(p, r, splat(1.394061721e-03f));
  p = fma16(p, r, splat(8.333389647e-03f));
  p = fma16(p, r, splat(4.166636243e-02f));
  p = fma16(p, r, splat(1.666666567e-01f));
  p = fma16(p, r, splat(5.000000000e-01f));
  const f32x16 part = r + fma16(r * r, p, rest);
  // 2^n (part + 1) - 1 = 2^n (part + (1 - 2^-n)).
  const i32x16 m = pickInt(n > 60, isplat(60), n);
  const f32x16 y = scaled((1.0f - powerOfTwo(-m)) + part, n);
  return pick(x == 0.0f, x, y);
}

/// log(1 + f) + e ln 2 + extra, for sqrt(1/2) <= 1 + f < sqrt(2).
SW_INLINE f32x16 logFrom(f32x16 f, f32x16 e, f32x16 extra) {
  f32x16 p = splat(6.746591628e-02f);
  p = fma16(p, f, splat(-1.167563871e-01f));
  p = fma16(p, f, splat(1.188817769e-01f));
  p = fma16(p, f, splat(-1.240559220e-01f));
  p = fma16(p, f, splat(1.421955079e-01f));
  p = fma16(p, f, splat(-1.666799635e-01f));
  p = fma16(p, f, splat(2.000211924e-01f));
  p = fma16(p, f, splat(-2.500000894e-01f));
  p = fma16(p, f, splat(3.333331347e-01f));
  const f32x16 s = f * f;
  f32x16 y = fma16(s * f, p, fma16(e, splat(-2.121944417e-04f), extra));
  y = fma16(splat(-0.5f), s, y);
  return fma16(e, splat(0.693359375f), f + y);
}

/// x = 2^e m, sqrt(1/2) <= m < sqrt(2), for normal x > 0.
SW_INLINE f32x16 splitExponent(f32x16 x, i32x16 *e) {
  const i32x16 above = bits(x) - 0x3f3504f3;
  *e = above >> 23;
  return floats(bits(x) - (int32_t)0x800000 * *e);
}

SW_INLINE f32x16 logOf(f32x16 x) {
  const i32x16 tiny = x < 1.17549435e-38f;
  i32x16 e;
  const f32x16 m = splitExponent(pick(tiny, x * 8388608.0f, x), &e);
  const f32x16 exponent = __builtin_convertvector(e - (tiny & 23), f32x16);
  f32x16 y = logFrom(m - 1.0f, exponent, splat(0.0f));
  y = pick(x == infinite(), x, y);
  y = pick(x == 0.0f, -infinite(), y);
  return pick(x >= 0.0f, y, notANumber());
}

SW_INLINE f32x16 log1pOf(f32x16 x) {
  const f32x16 u = 1.0f + x;
  i32x16 e;
  const f32x16 m = splitExponent(u, &e);
  const i32x16 near = e == 0;
  // What rounding 1 + x lost, relative to it.
  const f32x16 lost = pick(x > 1.0f, 1.0f - (u - x), x - (u - 1.0f)) / u;
  const f32x16 f = pick(near, x, m - 1.0f);
  const f32x16 extra = pick(near, splat(0.0f), lost);
  f32x16 y = logFrom(f, __builtin_convertvector(e, f32x16), extra);
  y = pick(x == infinite(), x, y);
  y = pick(x == -1.0f, -infinite(), y);
  y = pick(x >= -1.0f, y, notANumber());
  return pick(x == 0.0f, x, y);
}

SW_INLINE f32x16 tanhOf(f32x16 x) {
  const f32x16 a = magnitude(x);
  const f32x16 large = 1.0f - 2.0f / (expOf(2.0f * clamped(a, 0.0f, 10.0f)) + 1.0f);
  const f32x16 z = x * x;
  f32x16 p = splat(-5.704978481e-03f);
  p = fma16(p, z, splat(2.063907869e-02f));
  p = fma16(p, z, splat(-5.373971164e-02f));
  p = fma16(p, z, splat(1.333144158e-01f));
  p = fma16(p, z, splat(-3.333328068e-01f));
  const f32x16 small = fma16(p * z, a, a);
  return withSignOf(pick(a < 0.625f, small, large), x);
}

SW_INLINE f32x16 sigmoidOf(f32x16 x) {
  const f32x16 e = expOf(-magnitude(x));
  const f32x16 top = pick(x < 0.0f, e, splat(1.0f));
  // The sum is kept exactly, as what it is and what it lost; one correction of the quotient leaves
  // the error of e and one rounding.
  const f32x16 sum = 1.0f + e;
  const f32x16 lost = e - (sum - 1.0f);
  const f32x16 inverse = 1.0f / sum;
  const f32x16 y = top * inverse;
  return fma16(fma16(-y, lost, fma16(-y, sum, top)), inverse, y);
}

SW_INLINE f32x16 erfOf(f32x16 x) {
  const f32x16 a = magnitude(x);
  const f32x16 z = a * a;
  f32x16 p = splat(-9.641514225e-06f);
  p = fma16(p, z, splat(1.125694762e-04f));
  p = fma16(p, z, splat(-8.482828853e-04f));
  p = fma16(p, z, splat(5.220945459e-03f));
  p = fma16(p, z, splat(-2.686540037e-02f));
  p = fma16(p, z, splat(1.128378212e-01f));
  p = fma16(p, z, splat(-3.761263788e-01f));
  p = fma16(p, z, splat(1.283791661e-01f));
  const f32x16 small = fma16(p, a, a);
  // erf(a) = 1 - exp(-q(a)) for 1 <= a <= 4, and 1 beyond.
  const f32x16 b = clamped(a, 1.0f, 4.0f);
  f32x16 q = splat(2.168685023e-05f);
  q = fma16(q, b, splat(-4.413363640e-04f));
  q = fma16(q, b, splat(4.204561934e-03f));
  q = fma16(q, b, splat(-2.520825714e-02f));
  q = fma16(q, b, splat(1.084185764e-01f));
  q = fma16(q, b, splat(6.332198977e-01f));
  q = fma16(q, b, splat(1.129578471e+00f));
  q = fma16(q, b, splat(-1.880402415e-04f));
  const f32x16 large = 1.0f - expOf(-q);
  return withSignOf(pick(a < 1.0f, small, large), x);
}

/// One angle beyond 2^20: its quadrant and remainder, by multiplying its integer mantissa with
/// the bits of 2 / pi that matter.
static float reduceHugeAngle(float x, int32_t *quadrant) {
  static const uint64_t twoOverPi[5] = {
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0,
  };
  uint32_t word;
  memcpy(&word, &x, 4);
  const uint64_t mantissa = (word & 0x7fffff) | 0x800000;
  const int exponent = (int)((word >> 23) & 255) - 150;
  // Bits of 2 / pi that make whole turns are skipped; the window's last bit is worth 2^-126.
  const int skip = exponent > 2 ? exponent - 2 : 0;
  const int at = skip / 64, shift = skip % 64;
  uint64_t high = twoOverPi[at], low = twoOverPi[at + 1];
  if (shift > 0) {
    high = (high << shift) | (low >> (64 - shift));
    low = (low << shift) | (twoOverPi[at + 2] >> (64 - shift));
  }
  unsigned __int128 window = ((unsigned __int128)high << 64) | low;
  if (exponent < 2) window >>= 2 - exponent;
  const unsigned __int128 turns = window * mantissa;
  const unsigned quarter = (unsigned)((turns + ((unsigned __int128)1 << 125)) >> 126);
  const unsigned __int128 rest = turns - ((unsigned __int128)quarter << 126);
  const double r = (double)(int64_t)(uint64_t)(rest >> 64) * 0x1p-62 * 1.5707963267948966;
  const int negative = word >> 31;
  *quadrant = negative ? -(int32_t)quarter : (int32_t)quarter;
  return (float)(negative ? -r : r);
}

/// x = quadrant pi / 2 + r, |r| <= pi / 4 and a little; NaN for x not finite.
SW_INLINE f32x16 reduceAngle(f32x16 x, i32x16 *quadrant) {
  const f32x16 k = fma16(x, splat(6.366197724e-01f), splat(SW_ROUNDER));
  *quadrant = bits(k) - bits(splat(SW_ROUNDER));
  const f32x16 whole = k - SW_ROUNDER;
  f32x16 r = fma16(-whole, splat(1.570796371e+00f), x);
  r = fma16(-whole, splat(-4.371138829e-08f), r);
  r = fma16(-whole, splat(-1.715124510e-15f), r);
  const i32x16 huge = magnitude(x) > 1048576.0f;
  if (__builtin_reduce_or(huge)) {
    for (int j = 0; j < 16; j++) {
      if (!huge[j]) continue;
      int32_t q = 0;
      const float angle = x[j];
      const int finite = angle - angle == 0.0f;
      r[j] = finite ? reduceHugeAngle(angle, &q) : angle - angle;
      (*quadrant)[j] = q;
    }
  }
  return r;
}

SW_INLINE f32x16 sineOrCosine(f32x16 r, i32x16 quadrant) {
  const f32x16 z = r * r;
  f32x16 s = splat(2.718216820e-06f);
  s = fma16(s, z, splat(-1.983932452e-04f));
  s = fma16(s, z, splat(8.333329111e-03f));
  s = fma16(s, z, splat(-1.666666716e-01f));
  const f32x16 sine = fma16(s * z, r, r);
  f32x16 c = splat(-2.720485099e-07f);
  c = fma16(c, z, splat(2.479944851e-05f));
  c = fma16(c, z, splat(-1.388888340e-03f));
  c = fma16(c, z, splat(4.166666791e-02f));
  const f32x16 cosine = fma16(c * z, z, fma16(splat(-0.5f), z, splat(1.0f)));
  const f32x16 y = pick((quadrant & 1) != 0, cosine, sine);
  return floats(bits(y) ^ ((quadrant & 2) << 30));
}

SW_INLINE f32x16 sinOf(f32x16 x) {
  i32x16 quadrant;
  const f32x16 r = reduceAngle(x, &quadrant);
  return pick(x == 0.0f, x, sineOrCosine(r, quadrant));
}

SW_INLINE f32x16 cosOf(f32x16 x) {
  i32x16 quadrant;
  const f32x16 r = reduceAngle(x, &quadrant);
  return sineOrCosine(r, quadrant + 1);
}
