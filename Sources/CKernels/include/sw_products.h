/// Sums of products: dense layers, convolutions and products of activations.
#ifndef SW_PRODUCTS_H
#define SW_PRODUCTS_H

#include <stdint.h>

/// Rows of a left operand, read where they lie. Row m is the concatenation over segments s of
/// base[m * rowStride + offsets[s] + i], i in 0..<segmentLength. One segment with offset 0 is a
/// matrix; the taps of a convolution are one segment each. `offsets` NULL means zeros.
typedef struct {
  const float *base;
  int64_t rowStride;
  int64_t segments;
  int64_t segmentLength;
  const int64_t *offsets;
} sw_rows;

/// Floats needed to pack a [k, n] matrix: ceil(n / 16) * 16 * k.
int64_t sw_packed_count(int64_t k, int64_t n);

/// Packs b[k * kStride + n * nStride] into panels [ceil(n / 64)][k][64], of which the last is only as
/// wide as its columns, padded with zeros to whole vectors of 16.
/// `packed` should be aligned to 64 bytes.
void sw_pack(
  const float *b, int64_t kStride, int64_t nStride, int64_t k, int64_t n, float *packed);

/// The columns first..<first + count of a packed matrix that has n of them; `first` is a multiple of
/// 16.
typedef struct {
  const float *packed;
  int64_t n, first, count;
} sw_panels;

/// Sums are chains of so many terms; those of longer rows are added up.
enum { SW_PRODUCT_CHUNK = 4096 };

/// Functions that an epilogue applies to sums.
typedef enum {
  SW_ACTIVATION_NONE,
  /// RELU of sw_pointwise.h.
  SW_ACTIVATION_RELU,
} sw_activation;

/// What is done to the sums of a product before they are stored, in this order: a bias is added, one
/// value a column; the activation is applied; the residual is added, row m at
/// residual + m * residualStride; where mask[m] is 0, row m becomes +0. NULL for what is not done. With
/// `masked` the result keeps all rows, and the masked rows are stored there, row m at
/// masked + m * maskedStride.
typedef struct {
  const float *bias;
  sw_activation activation;
  const float *residual;
  int64_t residualStride;
  const uint8_t *mask;
  float *masked;
  int64_t maskedStride;
} sw_epilogue;

/// c[m * cStride + j] = sum with its epilogue in order over i of fma(row m [i], B[i, first + j]), starting at +0;
/// m in 0..<rowCount, j in 0..<count. The length of a row is the packed k. `epilogue` may be NULL; its
/// residual may be c where a row is one chain.
void sw_gemm(
  const sw_rows *rows, int64_t rowCount, const sw_panels *right, const sw_epilogue *epilogue, float *c,
  int64_t cStride);

/// One matrix of a product of activations: element (row, column) at row * rowStride +
/// column * columnStride.
typedef struct {
  const float *base;
  int64_t rowStride;
  int64_t columnStride;
} sw_matrix;

/// c[i * cStride + j] = sum in order over p of fma(a(i, p), b(p, j)), starting at +0; i in 0..<m,
/// j in 0..<n, p in 0..<k. The same bits as sw_gemm on a packed b.
void sw_dot(
  const sw_matrix *a, const sw_matrix *b, int64_t m, int64_t n, int64_t k, float *c,
  int64_t cStride);

/// Depthwise convolution: y[m * yStride + j] = sum with its epilogue in order over taps s of
/// fma(rows.base[m * rowStride + offsets[s] + j / multiplier], weights[s * n + j]), starting at +0;
/// n = segmentLength * multiplier, j in 0..<n. `epilogue` may be NULL.
void sw_depthwise(
  const sw_rows *rows, int64_t rowCount, const float *weights, int64_t multiplier,
  const sw_epilogue *epilogue, float *y, int64_t yStride);

#endif
