/// Which compilation of the kernels runs.
#ifndef SW_VARIANTS_H
#define SW_VARIANTS_H

enum {
  SW_VARIANT_PORTABLE = 0,
  SW_VARIANT_AVX2 = 1,
  SW_VARIANT_AVX512 = 2,
  SW_VARIANT_COUNT = 3,
};

/// What came of the environment variable WORKBENCH_KERNELS=portable|avx2|avx512,
/// which is read once, before main.
enum {
  SW_REQUEST_NONE = 0,
  SW_REQUEST_HONOURED = 1,
  SW_REQUEST_UNKNOWN_NAME = 2,
  SW_REQUEST_UNSUPPORTED = 3,
};

/// The name of a variant as WORKBENCH_KERNELS spells it; NULL for any other number.
const char *sw_kernels_name(int variant);

/// 1 when this build holds the variant and this processor can run it, else 0.
int sw_kernels_supported(int variant);

/// The variant in use.
int sw_kernels_selected(void);

/// Uses a variant from now on, in every thread. Returns 0, or -1 and changes nothing when the
/// variant is unknown or not supported here.
int sw_kernels_select(int variant);

/// What came of WORKBENCH_KERNELS, one of the SW_REQUEST values. A request that could not be
/// honoured leaves the best supported variant selected.
int sw_kernels_request(void);

/// The text of WORKBENCH_KERNELS as it was before main (at most 31 bytes), "" when not set.
const char *sw_kernels_request_text(void);

#endif
