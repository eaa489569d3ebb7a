// Chooses a variant and forwards every public kernel to it.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "Table.h"

static const char *const names[SW_VARIANT_COUNT] = {"portable", "avx2", "avx512"};

static const sw_table *const tables[SW_VARIANT_COUNT] = {
#if defined(__x86_64__)
  &sw_table_portable, &sw_table_avx2, &sw_table_avx512,
#else
  &sw_table_portable, NULL, NULL,
#endif
};

static _Atomic(const sw_table *) current = &sw_table_portable;
static int request = SW_REQUEST_NONE;
static char requestText[32] = "";

const char *sw_kernels_name(int variant) {
  return variant >= 0 && variant < SW_VARIANT_COUNT ? names[variant] : NULL;
}

int sw_kernels_supported(int variant) {
  if (variant == SW_VARIANT_PORTABLE) return 1;
#if defined(__x86_64__)
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (variant == SW_VARIANT_AVX2) return avx2;
  if (variant == SW_VARIANT_AVX512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#endif
  return 0;
}

int sw_kernels_selected(void) {
  const sw_table *table = atomic_load_explicit(&current, memory_order_relaxed);
  for (int v = 0; v < SW_VARIANT_COUNT; v++)
    if (tables[v] == table) return v;
  return SW_VARIANT_PORTABLE;
}

int sw_kernels_select(int variant) {
  if (!sw_kernels_supported(variant)) return -1;
  atomic_store_explicit(&current, tables[variant], memory_order_relaxed);
  return 0;
}

int sw_kernels_request(void) { return request; }

const char *sw_kernels_request_text(void) { return requestText; }

__attribute__((constructor)) static void selectAtStart(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#endif
  for (int v = SW_VARIANT_COUNT - 1; v >= 0; v--)
    if (sw_kernels_select(v) == 0) break;
  const char *asked = getenv("WORKBENCH_KERNELS");
  if (!asked || !*asked) return;
  strncpy(requestText, asked, sizeof requestText - 1);
  request = SW_REQUEST_UNKNOWN_NAME;
  for (int v = 0; v < SW_VARIANT_COUNT; v++)
    if (strcmp(asked, names[v]) == 0)
      request = sw_kernels_select(v) == 0 ? SW_REQUEST_HONOURED : SW_REQUEST_UNSUPPORTED;
}

#define SW_FORWARD(result, name, parameters, arguments)                     \
  result sw_##name parameters {                                             \
    return atomic_load_explicit(&current, memory_order_relaxed)->name arguments; \
  }
SW_KERNELS(SW_FORWARD)
