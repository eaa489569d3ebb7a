/// Composites: several steps of a layer in one pass over its row.
#ifndef SW_COMPOSITES_H
#define SW_COMPOSITES_H

#include <stdint.h>

/// Softmax of one row: e = EXP(x[i] - m), m the maximum (SW_MAX), s the sum on lanes of e;
/// y[i] = e / s. y may be x. n = 0 does nothing.
void sw_softmax(const float *x, int64_t n, float *y);

/// Mean (sum on lanes / n) and variance (sum on lanes of the rounded squares of x[i] - mean, / n).
void sw_moments(const float *x, int64_t n, float *mean, float *variance);

/// Sum on lanes of the rounded squares, divided by n.
float sw_mean_square(const float *x, int64_t n);

/// Layer norm of one row: d = (x[i] - mean) * (1 / SQRT(variance + epsilon)); then d * scale[i]
/// where `scale` is not NULL, then + bias[i] where `bias` is not NULL. y may be x.
void sw_layer_norm(
  const float *x, int64_t n, float epsilon, const float *scale, const float *bias, float *y);

/// Root-mean-square norm of one row: x[i] * (1 / SQRT(mean square + epsilon)), then * scale[i]
/// where `scale` is not NULL. y may be x.
void sw_rms_norm(const float *x, int64_t n, float epsilon, const float *scale, float *y);

/// One LSTM row: cNext = SIGMOID(f) * c + SIGMOID(i) * TANH(g), three roundings beside the gates';
/// hNext = SIGMOID(o) * TANH(cNext). With `keep` not 0 both are copied from c and h instead.
/// `more`, if not NULL, holds i, f, g and o once more, n values each, which are added to the others
/// first. cNext and hNext may be c and h.
void sw_lstm_gates(
  const float *i, const float *f, const float *g, const float *o, const float *more,
  const float *c, const float *h, int keep, float *cNext, float *hNext, int64_t n);

#endif
