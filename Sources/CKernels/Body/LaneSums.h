// Sums on lanes, as CKernels.h defines them.

typedef struct {
  f32x16 lanes;
  float total;
  int64_t vectors;
} lane_sum;

SW_INLINE lane_sum emptySum(void) { return (lane_sum){splat(0.0f), 0.0f, 0}; }

SW_INLINE void addVector(lane_sum *sum, f32x16 terms) {
  if (sum->vectors == CHUNK / 16) {
    sum->total = sum->total + addLanes(sum->lanes);
    sum->lanes = splat(0.0f);
    sum->vectors = 0;
  }
  sum->lanes = sum->lanes + terms;
  sum->vectors++;
}

/// Starting total at +0 changes no bit: a chunk is never -0.
SW_INLINE float totalOf(const lane_sum *sum) { return sum->total + addLanes(sum->lanes); }

/// The first n lanes, zeros behind.
SW_INLINE f32x16 firstLanes(f32x16 v, int64_t n) {
  const i32x16 index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return floats(bits(v) & (index < (int32_t)n));
}

static float sumOf(const float *x, int64_t n) {
  lane_sum sum = emptySum();
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) addVector(&sum, load(x + i));
  if (i < n) addVector(&sum, loadSome(x + i, n - i, 0.0f));
  return totalOf(&sum);
}

/// The sum of the rounded squares of x - center.
static float squaresOf(const float *x, int64_t n, float center) {
  lane_sum sum = emptySum();
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const f32x16 d = load(x + i) - center;
    addVector(&sum, d * d);
  }
  if (i < n) {
    const f32x16 d = loadSome(x + i, n - i, 0.0f) - center;
    addVector(&sum, firstLanes(d * d, n - i));
  }
  return totalOf(&sum);
}

/// The largest, as SW_MAX; -infinity for none.
static float maximumOf(const float *x, int64_t n) {
  f32x16 top = -infinite();
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) top = larger(top, load(x + i));
  if (i < n) top = larger(top, loadSome(x + i, n - i, -__builtin_inff()));
  float lanes[16];
  for (int width = 8; width > 0; width /= 2) {
    store(lanes, top);
    f32x16 other = splat(-__builtin_inff());
    for (int j = 0; j < width; j++) other[j] = lanes[j + width];
    top = larger(top, other);
  }
  return top[0];
}
