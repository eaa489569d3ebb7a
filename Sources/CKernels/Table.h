// The kernels that exist once per variant. A new kernel is a line here, a declaration in a public
// header and a body.
#ifndef SW_TABLE_H
#define SW_TABLE_H

#include "CKernels.h"

// X(result, name, parameters, arguments)
#define SW_KERNELS(X)                                                                            \
  X(void, apply, (int op, void *y, const void *a, const void *b, const void *c, int64_t n),      \
    (op, y, a, b, c, n))                                                                         \
  X(void, tile_run,                                                                              \
    (const sw_tile_program *program, void *const *slots, int64_t begin, int64_t end),            \
    (program, slots, begin, end))                                                                \
  X(int32_t, tile_cell, (int32_t dtype, const void *element), (dtype, element))                  \
  X(void, gemm,                                                                                  \
    (const sw_rows *rows, int64_t rowCount, const sw_panels *right, const sw_epilogue *epilogue,     \
      float *c, int64_t cStride),                                                                \
    (rows, rowCount, right, epilogue, c, cStride))                                                 \
  X(void, dot,                                                                                   \
    (const sw_matrix *a, const sw_matrix *b, int64_t m, int64_t n, int64_t k, float *c,          \
      int64_t cStride),                                                                          \
    (a, b, m, n, k, c, cStride))                                                                 \
  X(void, depthwise,                                                                             \
    (const sw_rows *rows, int64_t rowCount, const float *weights, int64_t multiplier,            \
      const sw_epilogue *epilogue, float *y, int64_t yStride),                                       \
    (rows, rowCount, weights, multiplier, epilogue, y, yStride))                                   \
  X(void, pack,                                                                                  \
    (const float *b, int64_t kStride, int64_t nStride, int64_t k, int64_t n, float *packed),     \
    (b, kStride, nStride, k, n, packed))                                                         \
  X(void, reduce, (int kind, const float *x, int64_t outer, int64_t n, int64_t inner, float *y), \
    (kind, x, outer, n, inner, y))                                                               \
  X(void, softmax, (const float *x, int64_t n, float *y), (x, n, y))                             \
  X(void, moments, (const float *x, int64_t n, float *mean, float *variance),                    \
    (x, n, mean, variance))                                                                      \
  X(float, mean_square, (const float *x, int64_t n), (x, n))                                     \
  X(void, layer_norm,                                                                            \
    (const float *x, int64_t n, float epsilon, const float *scale, const float *bias, float *y), \
    (x, n, epsilon, scale, bias, y))                                                             \
  X(void, rms_norm, (const float *x, int64_t n, float epsilon, const float *scale, float *y),    \
    (x, n, epsilon, scale, y))                                                                   \
  X(void, lstm_gates,                                                                            \
    (const float *i, const float *f, const float *g, const float *o, const float *more,          \
      const float *c, const float *h, int keep, float *cNext, float *hNext, int64_t n),          \
    (i, f, g, o, more, c, h, keep, cNext, hNext, n))                                             \
  X(void, attention, (const sw_attention_rows *rows, float *scratch), (rows, scratch))           \
  X(void, fft,                                                                                   \
    (const sw_fft_plan *plan, int inverse, const float *xRe, const float *xIm, float *yRe,       \
      float *yIm, float *scratch),                                                               \
    (plan, inverse, xRe, xIm, yRe, yIm, scratch))                                                \
  X(void, rfft,                                                                                  \
    (const sw_fft_plan *plan, const float *x, float *yRe, float *yIm, float *scratch),           \
    (plan, x, yRe, yIm, scratch))                                                                \
  X(void, irfft,                                                                                 \
    (const sw_fft_plan *plan, const float *xRe, const float *xIm, float *y, float *scratch),     \
    (plan, xRe, xIm, y, scratch))                                                                \
  X(void, bf16_to_f32, (const uint16_t *x, float *y, int64_t n), (x, y, n))                      \
  X(void, f16_to_f32, (const uint16_t *x, float *y, int64_t n), (x, y, n))                       \
  X(void, f32_to_bf16, (const float *x, uint16_t *y, int64_t n), (x, y, n))                      \
  X(void, f32_to_f16, (const float *x, uint16_t *y, int64_t n), (x, y, n))

#define SW_FIELD(result, name, parameters, arguments) result(*name) parameters;
typedef struct {
  SW_KERNELS(SW_FIELD)
} sw_table;
#undef SW_FIELD

extern const sw_table sw_table_portable;
#if defined(__x86_64__)
extern const sw_table sw_table_avx2;
extern const sw_table sw_table_avx512;
#endif

#endif
