// Runs the kernels on random operands under every variant that the processor has and compares bits
// with the portable variant. As process 1 of an emulated machine it prints to the serial line and
// turns the machine off. Exit 1 where bits differ.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "CKernels.h"

static uint64_t state = 1;
static long checks = 0, differences = 0;

static uint32_t word(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((state ^ (state >> 22)) >> 29);
}

static float unit(void) { return (float)(int32_t)word() / 2147483648.0f; }

/// Any bits at all, with many special values.
static float awkward(void) {
  static const float special[] = {
    0, -0.0f, 1, -1, 0.5f, 1.5f, 2.5f, -2.5f, 1e30f, -1e30f, 1e-40f, -1e-42f, 88.7f, 88.73f, -87.4f,
    -104, 3.14159f, 1048577, 2147483648.0f, 1e-8f, __builtin_inff(), -__builtin_inff(),
    __builtin_nanf("")};
  const uint32_t kind = word() % 3;
  if (kind == 0) return special[word() % (sizeof special / sizeof *special)];
  if (kind == 2) return unit() * 100;
  const uint32_t bits = word();
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static float *drawn(int64_t n, float (*draw)(void)) {
  float *x = sw_alloc((size_t)n * 4 + 64);
  for (int64_t i = 0; i < n; i++) x[i] = draw();
  return x;
}

static float *units(int64_t n) { return drawn(n, unit); }

static uint32_t bitsOf(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return x != x ? 0x7fc00000 : bits;
}

static void compare(const char *what, const int64_t shape[4], float *found[], int64_t n) {
  checks++;
  for (int variant = 1; variant < SW_VARIANT_COUNT; variant++) {
    if (!found[variant]) continue;
    int64_t i = 0;
    while (i < n && bitsOf(found[variant][i]) == bitsOf(found[0][i])) i++;
    if (i == n) continue;
    differences++;
    printf(
      "%s %ld %ld %ld %ld: %s gives %a at %ld, not %a\n", what, (long)shape[0], (long)shape[1],
      (long)shape[2], (long)shape[3], sw_kernels_name(variant), found[variant][i], (long)i,
      found[0][i]);
  }
}

/// Evaluates a call that writes n floats to y under every variant and compares what they give.
#define EVERY_VARIANT(what, a, b, c, d, n, ...)                   \
  do {                                                            \
    float *found[SW_VARIANT_COUNT] = {0};                         \
    for (int variant = 0; variant < SW_VARIANT_COUNT; variant++) { \
      if (sw_kernels_select(variant) != 0) continue;              \
      float *y = found[variant] = sw_alloc((size_t)(n) * 4 + 64); \
      __VA_ARGS__;                                                \
    }                                                             \
    compare(what, (int64_t[4]){a, b, c, d}, found, n);            \
    for (int variant = 0; variant < SW_VARIANT_COUNT; variant++) sw_free(found[variant]); \
  } while (0)

static void functions(void) {
  for (int op = 0; op < SW_OP_COUNT; op++)
    for (int round = 0; round < 20; round++) {
      const int64_t n = 600 + round;
      float *a = drawn(n, awkward), *b = drawn(n, awkward), *c = drawn(n, awkward);
      EVERY_VARIANT("function", op, n, 0, 0, n, sw_apply(op, y, a, b, c, n));
      sw_free(a), sw_free(b), sw_free(c);
    }
}

static void product(int64_t m, int64_t n, int64_t k) {
  float *a = units(m * (k + 3) + 1), *b = units(k * n + 1), *bias = units(n), *residual = units(m * n);
  float *packed = sw_alloc((size_t)sw_packed_count(k, n) * 4 + 64);
  sw_pack(b, n, 1, k, n, packed);
  const sw_panels right = {packed, n, 0, n};
  const sw_rows rows = {a, k + 3, 1, k, NULL};
  uint8_t *valid = sw_alloc((size_t)m);
  for (int64_t row = 0; row < m; row++) valid[row] = row % 3 != 1;
  const sw_epilogue epilogue = {bias, SW_ACTIVATION_RELU, residual, n, valid, NULL, 0};
  EVERY_VARIANT("packed product", m, n, k, 0, m * n, sw_gemm(&rows, m, &right, &epilogue, y, n));
  sw_free(valid);
  for (int turn = 0; turn < 4; turn++) {
    const sw_matrix left = {a, turn & 1 ? 1 : k, turn & 1 ? m : 1};
    const sw_matrix right = {b, turn & 2 ? 1 : n, turn & 2 ? k : 1};
    EVERY_VARIANT("product", m, n, k, turn, m * n, sw_dot(&left, &right, m, n, k, y, n));
  }
  sw_free(a), sw_free(b), sw_free(bias), sw_free(residual), sw_free(packed);
}

static void convolution(int64_t taps, int64_t dilation, int64_t channels, int64_t filters) {
  const int64_t length = 50 + taps * dilation;
  float *x = units(length * channels), *weights = units(taps * channels * filters);
  float *packed = sw_alloc((size_t)sw_packed_count(taps * channels, filters) * 4 + 64);
  sw_pack(weights, filters, 1, taps * channels, filters, packed);
  const sw_panels right = {packed, filters, 0, filters};
  int64_t offsets[8];
  for (int64_t tap = 0; tap < taps; tap++) offsets[tap] = tap * dilation * channels;
  const sw_rows rows = {x, channels, taps, channels, offsets};
  EVERY_VARIANT(
    "convolution", taps, dilation, channels, filters, 50 * filters,
    sw_gemm(&rows, 50, &right, NULL, y, filters));
  EVERY_VARIANT(
    "depthwise", taps, dilation, channels, 1, 50 * channels,
    sw_depthwise(&rows, 50, weights, 1, NULL, y, channels));
  const sw_epilogue epilogue = {weights, SW_ACTIVATION_RELU, x, channels, NULL, NULL, 0};
  EVERY_VARIANT(
    "depthwise with epilogue", taps, dilation, channels, 1, 50 * channels,
    sw_depthwise(&rows, 50, weights, 1, &epilogue, y, channels));
  sw_free(x), sw_free(weights), sw_free(packed);
}

static void attention(int64_t q, int64_t n, int64_t heads, int64_t keyHeads, int64_t size) {
  float *queries = units(q * heads * size);
  float *keys = units(n * keyHeads * size), *values = units(n * keyHeads * size);
  uint8_t *valid = sw_alloc((size_t)n + 64);
  int32_t *first = sw_alloc((size_t)q * 4), *last = sw_alloc((size_t)q * 4);
  for (int64_t j = 0; j < n; j++) valid[j] = word() % 4 != 0;
  for (int64_t i = 0; i < q; i++) first[i] = (int32_t)i / 2, last[i] = (int32_t)n;
  float *scratch = sw_alloc((size_t)sw_attention_scratch_count(n, n, size) * 4 + 64);
  sw_attention_rows rows = {
    .lastHead = heads, .headsPerKeyHead = heads / keyHeads, .queryCount = q, .keyCount = n,
    .size = size, .valueSize = size, .queries = queries, .keys = keys, .values = values,
    .queryStride = heads * size, .keyStride = keyHeads * size, .valueStride = keyHeads * size,
    .queryHeadStride = size, .keyHeadStride = size, .valueHeadStride = size, .valid = valid,
    .first = first, .last = last, .contextStride = heads * size, .contextHeadStride = size,
    .probabilityStride = heads * n, .probabilityHeadStride = n,
  };
  for (int cap = 0; cap < 2; cap++) {
    rows.softCap = cap ? 0.7f : 0.0f;
    EVERY_VARIANT(
      "attention", q, n, heads, size, q * heads * (size + n),
      (rows.context = y, rows.probabilities = y + q * heads * size, sw_attention(&rows, scratch)));
  }
  sw_free(queries), sw_free(keys), sw_free(values), sw_free(valid);
  sw_free(first), sw_free(last), sw_free(scratch);
}

static void rowKernels(int64_t n) {
  float *x = units(n), *scale = units(n), *bias = units(n), *z = units(4 * n);
  EVERY_VARIANT("softmax", n, 0, 0, 0, n, sw_softmax(x, n, y));
  EVERY_VARIANT("layer norm", n, 0, 0, 0, n, sw_layer_norm(x, n, 1e-5f, scale, bias, y));
  EVERY_VARIANT("root mean square norm", n, 0, 0, 0, n, sw_rms_norm(x, n, 1e-5f, scale, y));
  EVERY_VARIANT("moments", n, 0, 0, 0, 2, sw_moments(x, n, y, y + 1));
  EVERY_VARIANT(
    "LSTM cell", n, 0, 0, 0, 2 * n,
    sw_lstm_gates(z, z + n, z + 2 * n, z + 3 * n, NULL, x, scale, 0, y, y + n, n));
  for (int kind = 0; kind < 4; kind++)
    EVERY_VARIANT("reduction", n, kind, 0, 0, 4, sw_reduce(kind, z, 2, n, 2, y));
  uint16_t *half = sw_alloc((size_t)n * 2 + 64);
  EVERY_VARIANT("half", n, 0, 0, 0, n, (sw_f32_to_f16(x, half, n), sw_f16_to_f32(half, y, n)));
  EVERY_VARIANT("bfloat", n, 0, 0, 0, n, (sw_f32_to_bf16(x, half, n), sw_bf16_to_f32(half, y, n)));
  sw_free(x), sw_free(scale), sw_free(bias), sw_free(z), sw_free(half);
}

static void transforms(int64_t n) {
  float *x = units(n), *imaginary = units(n);
  sw_fft_plan *whole = sw_fft_plan_make(n, 0), *real = sw_fft_plan_make(n, 1);
  const int64_t count = sw_fft_scratch_count(whole) + sw_fft_scratch_count(real);
  float *scratch = sw_alloc((size_t)count * 4 + 64);
  const int64_t half = n / 2 + 1;
  EVERY_VARIANT("fft", n, 0, 0, 0, 2 * n, sw_fft(whole, 0, x, imaginary, y, y + n, scratch));
  EVERY_VARIANT("rfft", n, 0, 0, 0, 2 * half, sw_rfft(real, x, y, y + half, scratch));
  EVERY_VARIANT("irfft", n, 0, 0, 0, n, sw_irfft(real, x, imaginary, y, scratch));
  sw_fft_plan_free(whole), sw_fft_plan_free(real);
  sw_free(x), sw_free(imaginary), sw_free(scratch);
}

static void everything(void) {
  functions();
  static const int64_t products[][3] = {
    {1, 1, 1}, {1, 64, 40}, {1, 130, 7}, {1, 512, 128}, {1, 256, 300}, {2, 33, 65}, {2, 130, 700},
    {2, 18, 4100}, {3, 16, 20}, {4, 17, 300}, {5, 100, 12}, {6, 63, 9}, {7, 20, 4100}, {9, 5, 0},
    {12, 48, 64}, {13, 70, 31}, {39, 64, 1030}, {41, 70, 300}, {50, 20, 260}};
  for (size_t i = 0; i < sizeof products / sizeof *products; i++)
    product(products[i][0], products[i][1], products[i][2]);
  convolution(2, 1, 80, 64), convolution(3, 2, 7, 20);
  convolution(4, 3, 16, 33), convolution(5, 4, 64, 64);
  attention(1, 40, 6, 3, 16), attention(1, 700, 4, 4, 64), attention(1, 7, 50, 10, 64);
  attention(1, 17, 4, 4, 64), attention(1, 4130, 2, 2, 16), attention(3, 90, 4, 2, 20);
  attention(60, 70, 2, 1, 32);
  static const int64_t rows[] = {1, 15, 16, 17, 64, 100, 4100, 9000};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) rowKernels(rows[i]);
  static const int64_t lengths[] = {1, 2, 7, 12, 60, 64, 97, 400, 512};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) transforms(lengths[i]);
}

int main(void) {
  const int isMachine = getpid() == 1;
  if (isMachine) {
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    const int line = open("/dev/ttyS0", O_RDWR);
    if (line >= 0) dup2(line, STDOUT_FILENO);
  }
  setvbuf(stdout, NULL, _IONBF, 0);
  printf("\nkernels:");
  for (int variant = 0; variant < SW_VARIANT_COUNT; variant++)
    if (sw_kernels_supported(variant)) printf(" %s", sw_kernels_name(variant));
  printf("\n");
  everything();
  printf("%ld checks, %ld differences\n", checks, differences);
  if (isMachine) {
    sleep(1);
    reboot(RB_POWER_OFF);
  }
  return differences != 0;
}
