// How the operands of an elementwise program are laid out, shared by its preparation and its variants.
#ifndef SW_TILE_ACCESS_H
#define SW_TILE_ACCESS_H

#include "sw_pointwise.h"

static inline int64_t elementWidth(int32_t dtype) {
  switch (dtype) {
    case SW_BOOL: return 1;
    case SW_BF16: case SW_F16: return 2;
    default: return 4;
  }
}

#endif
