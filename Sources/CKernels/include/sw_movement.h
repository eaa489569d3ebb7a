/// Moving and converting elements.
#ifndef SW_MOVEMENT_H
#define SW_MOVEMENT_H

#include <stdint.h>

enum { SW_COPY_RANK = 8 };

/// Copies an array of `rank` axes of the given extents between strided places; strides in
/// elements of `width` bytes (1, 2, 4 or 8), negative ones allowed. Source and destination may
/// not overlap.
void sw_copy_strided(
  void *to, const int64_t *toStrides, const void *from, const int64_t *fromStrides,
  const int64_t *extents, int rank, int width);

/// Copies bytes between places that may overlap.
void sw_move(void *to, const void *from, int64_t bytes);

/// Whether none of n bytes is 0.
int sw_all_true(const uint8_t *x, int64_t n);

/// Conversions; to 16 bits rounds to nearest even, overflow to infinity, NaN to a quiet NaN.
void sw_bf16_to_f32(const uint16_t *x, float *y, int64_t n);
void sw_f16_to_f32(const uint16_t *x, float *y, int64_t n);
void sw_f32_to_bf16(const float *x, uint16_t *y, int64_t n);
void sw_f32_to_f16(const float *x, uint16_t *y, int64_t n);

#endif
