/// Softmax attention of a block of queries over the keys that they see.
#ifndef SW_ATTENTION_H
#define SW_ATTENTION_H

#include <stdint.h>

/// Heads firstHead..<lastHead of one batch row. Query i sees key j when first[i] <= j < last[i] and
/// valid[j] is not 0. Pointers are to head 0; strides are in floats, between rows and between heads.
typedef struct {
  int64_t firstHead, lastHead;
  /// So many heads that follow each other share keys and values.
  int64_t headsPerKeyHead;
  int64_t queryCount, keyCount, size, valueSize;
  const float *queries, *keys, *values;
  int64_t queryStride, keyStride, valueStride;
  int64_t queryHeadStride, keyHeadStride, valueHeadStride;
  /// Bytes, one a key; NULL when all are valid.
  const uint8_t *valid;
  /// 0 <= first[i] <= last[i] <= keyCount.
  const int32_t *first, *last;
  /// Added to the products; NULL for none. Element (i, j) at i * biasStride + j.
  const float *bias;
  int64_t biasStride, biasHeadStride;
  /// Products become cap * TANH((1 / cap) * product), each step rounded; 0 for none.
  float softCap;
  /// 1 where the keys are a window that slides along: sums of any number of keys are one chunk then, so
  /// that the place of a key in the window changes no bit.
  int sliding;
  /// What a fully masked query gives: zeros if not 0, else the mean of all values.
  int zerosFullyMasked;
  float *context;
  int64_t contextStride, contextHeadStride;
  /// Where probabilities (i, j) go, at i * probabilityStride + j; NULL when not wanted.
  float *probabilities;
  int64_t probabilityStride, probabilityHeadStride;
} sw_attention_rows;

/// How many queries, or heads of one query, share a block of keys. Part of no result.
enum { SW_ATTENTION_BLOCK = 48 };

/// Floats of scratch for blocks that span at most `span` keys: from a block's least first, rounded
/// down to a multiple of 16, to its greatest last.
int64_t sw_attention_scratch_count(int64_t span, int64_t keyCount, int64_t valueSize);

/// For every head: context[i] = (sum in order over keys j of fma(p[j], values[j])) + 0, where p is the softmax over
/// all keys of the products of query and keys (sums in order of fma), with bias and cap:
/// e = EXP(s - maximum), p = e / sum of e on lanes, lanes and chunks counted from key 0. The tree that adds
/// the lanes does not mind where they begin.
/// A key that is not visible has p = 0 and adds nothing, so whole runs of them are never read. Values of
/// keys outside first..<last may be NaN; those of keys inside that are not valid must be finite.
void sw_attention(const sw_attention_rows *rows, float *scratch);

#endif
