/// Discrete Fourier transforms of any length, float32, unnormalised unless said.
#ifndef SW_FOURIER_H
#define SW_FOURIER_H

#include <stdint.h>

/// Factors and twiddles of one length, computed in double and rounded once.
typedef struct sw_fft_plan sw_fft_plan;

/// A plan for length n >= 1: for sw_fft, or with `real` for sw_rfft and sw_irfft.
/// NULL when n < 1 or there is no memory.
sw_fft_plan *sw_fft_plan_make(int64_t n, int real);

void sw_fft_plan_free(sw_fft_plan *plan);

/// Floats of scratch that a transform of this plan needs.
int64_t sw_fft_scratch_count(const sw_fft_plan *plan);

/// y[k] = sum over t of x[t] exp(-2 pi i k t / n), or with + and divided by n when `inverse`.
/// Real and imaginary parts are separate arrays of n; xIm may be NULL for zeros.
/// Outputs may not overlap inputs. Mixed radix 4, 2, 3, 5, then direct sums for other primes.
void sw_fft(
  const sw_fft_plan *plan, int inverse, const float *xRe, const float *xIm, float *yRe, float *yIm,
  float *scratch);

/// The first n / 2 + 1 values of the transform of n real values. Even lengths use one complex
/// transform of half the length.
void sw_rfft(const sw_fft_plan *plan, const float *x, float *yRe, float *yIm, float *scratch);

/// The n real values whose transform begins with the given n / 2 + 1 values and is Hermitian;
/// divided by n. Imaginary parts at 0 and, for even n, at n / 2 are ignored.
void sw_irfft(
  const sw_fft_plan *plan, const float *xRe, const float *xIm, float *y, float *scratch);

#endif
