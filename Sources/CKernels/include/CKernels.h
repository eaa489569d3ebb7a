/// The hot kernels of Sequence Workbench.
///
/// Every kernel has one defined result, written beside its declaration. The portable, AVX2 and
/// AVX-512 variants, any split of the work over threads and any tiling give the same bits.
///
/// Rules shared by all of them:
/// - float32 arithmetic rounds to nearest even; denormals are kept; all NaN count as one value.
/// - "fma" is a fused multiply-add with one rounding. Nothing else is contracted.
/// - A *sum in order* starts at +0 (or at a given value) and adds its terms by ascending index.
///   Sums of more than 4096 terms go in chunks of 4096 terms, each but the first starting at +0;
///   the chunk totals are then added by ascending index.
/// - A *sum on lanes* does the same with each chunk summed on 16 lanes: term i goes to lane
///   i mod 16, lanes start at +0, and the lanes are added as a tree: j with j + 8, then j + 4,
///   j + 2, j + 1.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "sw_attention.h"
#include "sw_composites.h"
#include "sw_fourier.h"
#include "sw_memory.h"
#include "sw_movement.h"
#include "sw_pointwise.h"
#include "sw_products.h"
#include "sw_reductions.h"
#include "sw_variants.h"

#endif
