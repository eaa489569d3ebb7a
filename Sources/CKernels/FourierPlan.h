// Plans of Fourier transforms, shared by their making and their variants.
#ifndef SW_FOURIER_PLAN_H
#define SW_FOURIER_PLAN_H

#include "sw_fourier.h"

enum { MOST_STAGES = 64 };

/// One pass over all n values: n / radix butterflies. Butterfly i reads x[i + j n / radix] and
/// writes y[place[i] + k span], after multiplying with its twiddle k of 1..<radix.
typedef struct {
  int64_t radix;
  /// Products of the radices before this one.
  int64_t span;
  /// [radix - 1][n / radix].
  float *twiddleRe, *twiddleIm;
  int32_t *place;
  /// exp(-2 pi i j / radix), for radices without a butterfly of their own.
  float *rootRe, *rootIm;
} fft_stage;

struct sw_fft_plan {
  int64_t n;
  int real;
  /// Length of the complex transform: n, or n / 2 for real transforms of even length.
  int64_t length;
  int stageCount;
  fft_stage stages[MOST_STAGES];
  /// exp(-2 pi i k / n), k in 0...length, for real transforms of even length.
  float *joinRe, *joinIm;
};

#endif
