// Kernels for x86-64 with AVX2 and fused multiply-add.
#if defined(__x86_64__)
#include <stdint.h>
#include <string.h>

#include "FourierPlan.h"
#include "Table.h"
#include "TileAccess.h"

#define SW_SUFFIX avx2
#define SW_GEMM_TILE 6
#define SW_HARDWARE_FMA 1

#pragma clang attribute push( \
    __attribute__((target("avx2,fma"))), apply_to = function)
#include "Body/Kernels.h"
#pragma clang attribute pop
#endif
