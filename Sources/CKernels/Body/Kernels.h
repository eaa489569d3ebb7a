// All kernel bodies, for one variant. The including file defines
//   SW_SUFFIX       portable, avx2 or avx512
//   SW_HARDWARE_FMA 1 when the variant has a fused multiply-add instruction
//   SW_GEMM_TILE    most 16-lane accumulators that a product keeps in registers
// and brackets the include with the target attribute.
#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"

#define SW_PASTE_(a, b) a##_##b
#define SW_PASTE(a, b) SW_PASTE_(a, b)
#define SW_VARIANT(name) SW_PASTE(sw_##name, SW_SUFFIX)

#include "Vector.h"

#include "Math.h"

#include "Power.h"

#include "Halves.h"

#include "Functions.h"

#include "TileOperands.h"

#include "Tiles.h"

#include "Packing.h"

#include "Epilogue.h"

#include "ProductTile.h"

#include "PackedProducts.h"

#include "TransposedProducts.h"

#include "Products.h"

#include "Depthwise.h"

#include "LaneSums.h"

#include "Reductions.h"

#include "Composites.h"

#include "Attention.h"

#include "Fourier.h"

#define SW_ENTRY(result, name, parameters, arguments) .name = SW_VARIANT(name),
const sw_table SW_PASTE(sw_table, SW_SUFFIX) = {SW_KERNELS(SW_ENTRY)};
