// Kernels for any processor that the compiler targets.
#include <stdint.h>
#include <string.h>

#include "FourierPlan.h"
#include "Table.h"
#include "TileAccess.h"

#define SW_SUFFIX portable
#define SW_GEMM_TILE 4
#if defined(__x86_64__) && !defined(__FMA__)
#define SW_HARDWARE_FMA 0
#else
#define SW_HARDWARE_FMA 1
#endif

#include "Body/Kernels.h"
