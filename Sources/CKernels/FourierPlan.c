// Factors a length and computes its twiddles.
#include <math.h>

#include "FourierPlan.h"
#include "sw_memory.h"

/// exp(-2 pi i k / n), by the eighth of the circle that k / n lies in, so that symmetric angles
/// have symmetric values.
static void rootOfUnity(int64_t k, int64_t n, float *re, float *im) {
  k %= n;
  const int64_t eighth = 8 * k / n;
  int64_t part = 8 * k - (eighth & ~(int64_t)1) * n;
  if (eighth & 1) part = 2 * n - part;
  const double angle = 2.0 * 3.14159265358979323846 * (double)part / (8.0 * (double)n);
  double c = cos(angle), s = sin(angle);
  if (eighth & 1) {
    const double t = c;
    c = s;
    s = t;
  }
  switch (eighth / 2) {
    case 0: *re = (float)c, *im = (float)-s; break;
    case 1: *re = (float)-s, *im = (float)-c; break;
    case 2: *re = (float)-c, *im = (float)s; break;
    default: *re = (float)s, *im = (float)c; break;
  }
}

static int64_t nextRadix(int64_t n) {
  if (n % 4 == 0) return 4;
  if (n % 2 == 0) return 2;
  for (int64_t radix = 3; radix * radix <= n; radix += 2)
    if (n % radix == 0) return radix;
  return n;
}

static int makeStage(fft_stage *stage, int64_t length, int64_t span, int64_t radix) {
  const int64_t butterflies = length / radix;
  stage->radix = radix;
  stage->span = span;
  stage->twiddleRe = sw_alloc((size_t)((radix - 1) * butterflies) * 4);
  stage->twiddleIm = sw_alloc((size_t)((radix - 1) * butterflies) * 4);
  stage->place = sw_alloc((size_t)butterflies * 4);
  stage->rootRe = sw_alloc((size_t)radix * 4);
  stage->rootIm = sw_alloc((size_t)radix * 4);
  if (!stage->twiddleRe || !stage->twiddleIm || !stage->place) return -1;
  if (!stage->rootRe || !stage->rootIm) return -1;
  for (int64_t i = 0; i < butterflies; i++) {
    const int64_t p = i / span;
    stage->place[i] = (int32_t)(p * span * radix + i % span);
    for (int64_t k = 1; k < radix; k++) {
      const int64_t at = (k - 1) * butterflies + i;
      rootOfUnity(p * k, length / span, &stage->twiddleRe[at], &stage->twiddleIm[at]);
    }
  }
  for (int64_t j = 0; j < radix; j++)
    rootOfUnity(j, radix, &stage->rootRe[j], &stage->rootIm[j]);
  return 0;
}

sw_fft_plan *sw_fft_plan_make(int64_t n, int real) {
  if (n < 1 || n > INT32_MAX) return NULL;
  sw_fft_plan *plan = sw_alloc(sizeof *plan);
  if (!plan) return NULL;
  const int halves = real && n % 2 == 0;
  plan->n = n;
  plan->real = real;
  plan->length = halves ? n / 2 : n;
  int64_t left = plan->length, span = 1;
  while (left > 1) {
    const int64_t radix = nextRadix(left);
    if (makeStage(&plan->stages[plan->stageCount++], plan->length, span, radix) != 0) {
      sw_fft_plan_free(plan);
      return NULL;
    }
    span *= radix;
    left /= radix;
  }
  if (halves) {
    plan->joinRe = sw_alloc((size_t)(plan->length + 1) * 4);
    plan->joinIm = sw_alloc((size_t)(plan->length + 1) * 4);
    if (!plan->joinRe || !plan->joinIm) {
      sw_fft_plan_free(plan);
      return NULL;
    }
    for (int64_t k = 0; k <= plan->length; k++)
      rootOfUnity(k, n, &plan->joinRe[k], &plan->joinIm[k]);
  }
  return plan;
}

void sw_fft_plan_free(sw_fft_plan *plan) {
  if (!plan) return;
  for (int k = 0; k < plan->stageCount; k++) {
    sw_free(plan->stages[k].twiddleRe);
    sw_free(plan->stages[k].twiddleIm);
    sw_free(plan->stages[k].place);
    sw_free(plan->stages[k].rootRe);
    sw_free(plan->stages[k].rootIm);
  }
  sw_free(plan->joinRe);
  sw_free(plan->joinIm);
  sw_free(plan);
}

int64_t sw_fft_scratch_count(const sw_fft_plan *plan) {
  return 4 * plan->n + (plan->real ? 4 * plan->n : 0);
}
