// Sizes of packed operands.
#include "sw_products.h"

int64_t sw_packed_count(int64_t k, int64_t n) { return (n + 63) / 64 * 64 * k; }
