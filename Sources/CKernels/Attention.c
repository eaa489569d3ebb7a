// Sizes of attention's scratch.
#include "sw_attention.h"

int64_t sw_attention_scratch_count(int64_t span, int64_t keyCount, int64_t valueSize) {
  const int64_t block = SW_ATTENTION_BLOCK * span;
  return SW_ATTENTION_BLOCK * valueSize + (block > keyCount ? block : keyCount);
}
