// Sizes of packed operands.
#include "sw_products.h"

int64_t sw_packed_count(int64_t k, int64_t n) { return (n + 15) / 16 * 16 * k; }
