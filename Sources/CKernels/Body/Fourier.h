// Fourier transforms: Stockham passes, sixteen butterflies a vector, products and sums rounded one
// by one.

typedef struct {
  f32x16 re, im;
} complex16;

SW_INLINE complex16 plus(complex16 a, complex16 b) {
  return (complex16){a.re + b.re, a.im + b.im};
}
SW_INLINE complex16 minus(complex16 a, complex16 b) {
  return (complex16){a.re - b.re, a.im - b.im};
}
/// a times -i.
SW_INLINE complex16 turned(complex16 a) { return (complex16){a.im, -a.re}; }
SW_INLINE complex16 times(complex16 a, f32x16 re, f32x16 im) {
  return (complex16){a.re * re - a.im * im, a.re * im + a.im * re};
}
SW_INLINE complex16 scaledBy(complex16 a, float factor) {
  return (complex16){a.re * factor, a.im * factor};
}

/// Transforms of 2 to 5 values, in place.
SW_INLINE void butterfly(const int radix, complex16 *a) {
  if (radix == 2) {
    const complex16 s = plus(a[0], a[1]);
    a[1] = minus(a[0], a[1]);
    a[0] = s;
  } else if (radix == 3) {
    const complex16 s = plus(a[1], a[2]);
    const complex16 d = turned(scaledBy(minus(a[1], a[2]), 0.866025404f));
    const complex16 m = minus(a[0], scaledBy(s, 0.5f));
    a[0] = plus(a[0], s);
    a[1] = plus(m, d);
    a[2] = minus(m, d);
  } else if (radix == 4) {
    const complex16 s = plus(a[0], a[2]), d = minus(a[0], a[2]);
    const complex16 t = plus(a[1], a[3]), e = turned(minus(a[1], a[3]));
    a[0] = plus(s, t);
    a[1] = plus(d, e);
    a[2] = minus(s, t);
    a[3] = minus(d, e);
  } else {
    const complex16 s = plus(a[1], a[4]), d = minus(a[1], a[4]);
    const complex16 t = plus(a[2], a[3]), e = minus(a[2], a[3]);
    const complex16 m =
      plus(a[0], plus(scaledBy(s, 0.309016994f), scaledBy(t, -0.809016994f)));
    const complex16 n =
      plus(a[0], plus(scaledBy(s, -0.809016994f), scaledBy(t, 0.309016994f)));
    const complex16 u = turned(plus(scaledBy(d, 0.951056516f), scaledBy(e, 0.587785252f)));
    const complex16 v = turned(minus(scaledBy(d, 0.587785252f), scaledBy(e, 0.951056516f)));
    a[0] = plus(a[0], plus(s, t));
    a[1] = plus(m, u);
    a[2] = plus(n, v);
    a[3] = minus(n, v);
    a[4] = minus(m, u);
  }
}

/// Writes sixteen or fewer results of butterflies i.. for one k.
SW_INLINE void scatter(
  const fft_stage *stage, int64_t i, int64_t count, int64_t k, complex16 v, float *yRe,
  float *yIm) {
  const int64_t shift = k * stage->span;
  if (stage->span % 16 == 0) {
    // Sixteen neighbours share a block, whose places follow each other.
    store(yRe + stage->place[i] + shift, v.re);
    store(yIm + stage->place[i] + shift, v.im);
    return;
  }
  float re[16], im[16];
  store(re, v.re);
  store(im, v.im);
  for (int64_t j = 0; j < count; j++) {
    const int64_t at = stage->place[i + j] + shift;
    yRe[at] = re[j];
    yIm[at] = im[j];
  }
}

SW_INLINE void fftPass(
  const int radix, const fft_stage *stage, int64_t length, const float *xRe, const float *xIm,
  float *yRe, float *yIm) {
  const int64_t n = length / radix;
  SW_EACH_VECTOR(n) {
    complex16 a[5];
    for (int j = 0; j < radix; j++)
      a[j] = (complex16){
        loadUpTo(xRe + i + j * n, count), xIm ? loadUpTo(xIm + i + j * n, count) : splat(0.0f)};
    butterfly(radix, a);
    scatter(stage, i, count, 0, a[0], yRe, yIm);
    for (int k = 1; k < radix; k++) {
      const f32x16 re = loadUpTo(stage->twiddleRe + (k - 1) * n + i, count);
      const f32x16 im = loadUpTo(stage->twiddleIm + (k - 1) * n + i, count);
      scatter(stage, i, count, k, times(a[k], re, im), yRe, yIm);
    }
  }
}

/// Any radix, by direct sums in order.
static void fftPassDirect(
  const fft_stage *stage, int64_t length, const float *xRe, const float *xIm, float *yRe,
  float *yIm) {
  const int64_t radix = stage->radix, n = length / radix;
  SW_EACH_VECTOR(n) {
    for (int64_t k = 0; k < radix; k++) {
      complex16 sum = {splat(0.0f), splat(0.0f)};
      for (int64_t j = 0, root = 0; j < radix; j++) {
        const complex16 a = {
          loadUpTo(xRe + i + j * n, count), xIm ? loadUpTo(xIm + i + j * n, count) : splat(0.0f)};
        sum = plus(sum, times(a, splat(stage->rootRe[root]), splat(stage->rootIm[root])));
        root += k;
        if (root >= radix) root -= radix;
      }
      if (k > 0) {
        const f32x16 re = loadUpTo(stage->twiddleRe + (k - 1) * n + i, count);
        const f32x16 im = loadUpTo(stage->twiddleIm + (k - 1) * n + i, count);
        sum = times(sum, re, im);
      }
      scatter(stage, i, count, k, sum, yRe, yIm);
    }
  }
}

/// The complex transform of plan->length values; scratch of 2 * length.
static void fftForward(
  const sw_fft_plan *plan, const float *xRe, const float *xIm, float *yRe, float *yIm,
  float *scratch) {
  const int64_t n = plan->length;
  if (plan->stageCount == 0) {
    yRe[0] = xRe[0];
    yIm[0] = xIm ? xIm[0] : 0.0f;
    return;
  }
  for (int k = 0; k < plan->stageCount; k++) {
    const fft_stage *stage = &plan->stages[k];
    // The last pass writes the result.
    const int direct = (plan->stageCount - 1 - k) % 2 == 0;
    float *toRe = direct ? yRe : scratch, *toIm = direct ? yIm : scratch + n;
    switch (stage->radix) {
      case 2: fftPass(2, stage, n, xRe, xIm, toRe, toIm); break;
      case 3: fftPass(3, stage, n, xRe, xIm, toRe, toIm); break;
      case 4: fftPass(4, stage, n, xRe, xIm, toRe, toIm); break;
      case 5: fftPass(5, stage, n, xRe, xIm, toRe, toIm); break;
      default: fftPassDirect(stage, n, xRe, xIm, toRe, toIm); break;
    }
    xRe = toRe;
    xIm = toIm;
  }
}

static void SW_VARIANT(fft)(
  const sw_fft_plan *plan, int inverse, const float *xRe, const float *xIm, float *yRe, float *yIm,
  float *scratch) {
  if (!inverse) {
    fftForward(plan, xRe, xIm, yRe, yIm, scratch);
    return;
  }
  // Exchanging the parts before and after turns the direction round.
  const int64_t n = plan->n;
  float *zero = scratch + 2 * n;
  if (!xIm) memset(zero, 0, (size_t)n * 4);
  fftForward(plan, xIm ? xIm : zero, xRe, yIm, yRe, scratch);
  SW_EACH_VECTOR(n) {
    storeUpTo(yRe + i, loadUpTo(yRe + i, count) / (float)n, count);
    storeUpTo(yIm + i, loadUpTo(yIm + i, count) / (float)n, count);
  }
}

static void SW_VARIANT(rfft)(
  const sw_fft_plan *plan, const float *x, float *yRe, float *yIm, float *scratch) {
  const int64_t n = plan->n, h = plan->length;
  float *re = scratch + 2 * n, *im = re + n, *zRe = im + n, *zIm = zRe + n;
  if (n % 2 != 0) {
    fftForward(plan, x, NULL, zRe, zIm, scratch);
    memcpy(yRe, zRe, (size_t)(n / 2 + 1) * 4);
    memcpy(yIm, zIm, (size_t)(n / 2 + 1) * 4);
    return;
  }
  for (int64_t t = 0; t < h; t++) {
    re[t] = x[2 * t];
    im[t] = x[2 * t + 1];
  }
  fftForward(plan, re, im, zRe, zIm, scratch);
  // X[k] = even part + w^k odd part, from Z[k] and the conjugate of Z[h - k].
  yRe[0] = zRe[0] + zIm[0];
  yIm[0] = 0.0f;
  yRe[h] = zRe[0] - zIm[0];
  yIm[h] = 0.0f;
  for (int64_t k = 1; k < h; k++) {
    const float evenRe = 0.5f * (zRe[k] + zRe[h - k]), evenIm = 0.5f * (zIm[k] - zIm[h - k]);
    const float oddRe = 0.5f * (zIm[k] + zIm[h - k]), oddIm = 0.5f * (zRe[h - k] - zRe[k]);
    const float wRe = plan->joinRe[k], wIm = plan->joinIm[k];
    yRe[k] = evenRe + (oddRe * wRe - oddIm * wIm);
    yIm[k] = evenIm + (oddRe * wIm + oddIm * wRe);
  }
}

static void SW_VARIANT(irfft)(
  const sw_fft_plan *plan, const float *xRe, const float *xIm, float *y, float *scratch) {
  const int64_t n = plan->n, h = plan->length;
  float *re = scratch + 2 * n, *im = re + n, *zRe = im + n, *zIm = zRe + n;
  if (n % 2 != 0) {
    re[0] = xRe[0];
    im[0] = 0.0f;
    for (int64_t k = 1; k <= n / 2; k++) {
      re[k] = re[n - k] = xRe[k];
      im[k] = xIm[k];
      im[n - k] = -xIm[k];
    }
    fftForward(plan, im, re, zIm, zRe, scratch);
    for (int64_t t = 0; t < n; t++) y[t] = zRe[t] / (float)n;
    return;
  }
  // Z[k] = even + i odd, whose inverse holds the even and odd samples as its parts.
  re[0] = 0.5f * (xRe[0] + xRe[h]);
  im[0] = 0.5f * (xRe[0] - xRe[h]);
  for (int64_t k = 1; k < h; k++) {
    const float evenRe = 0.5f * (xRe[k] + xRe[h - k]), evenIm = 0.5f * (xIm[k] - xIm[h - k]);
    const float dRe = 0.5f * (xRe[k] - xRe[h - k]), dIm = 0.5f * (xIm[k] + xIm[h - k]);
    const float wRe = plan->joinRe[k], wIm = -plan->joinIm[k];
    const float oddRe = dRe * wRe - dIm * wIm, oddIm = dRe * wIm + dIm * wRe;
    re[k] = evenRe - oddIm;
    im[k] = evenIm + oddRe;
  }
  fftForward(plan, im, re, zIm, zRe, scratch);
  for (int64_t t = 0; t < h; t++) {
    y[2 * t] = zRe[t] / (float)h;
    y[2 * t + 1] = zIm[t] / (float)h;
  }
}
