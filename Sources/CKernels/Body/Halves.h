// bfloat16 and float16, in integer arithmetic so that no variant needs an instruction for them.

SW_INLINE f32x16 fromBf16(u16x16 h) {
  return (f32x16)(__builtin_convertvector(h, u32x16) << 16);
}

SW_INLINE u16x16 toBf16(f32x16 x) {
  const u32x16 w = (u32x16)x;
  const u32x16 rounded = (w + 0x7fff + ((w >> 16) & 1)) >> 16;
  const u32x16 quiet = (w >> 16) | 0x40;
  return __builtin_convertvector((x == x) ? rounded : quiet, u16x16);
}

SW_INLINE f32x16 fromF16(u16x16 h) {
  const u32x16 w = __builtin_convertvector(h, u32x16);
  const u32x16 body = (w & 0x7fff) << 13;
  const u32x16 exponent = body & 0x0f800000;
  const u32x16 normal = body + 0x38000000;
  const u32x16 special = body + 0x70000000;
  // A denormal is its mantissa above 2^-14, less 2^-14.
  const u32x16 denormal = (u32x16)((f32x16)(body + 0x38800000) - 6.103515625e-05f);
  u32x16 r = (exponent == 0x0f800000) ? special : normal;
  r = (exponent == 0) ? denormal : r;
  return (f32x16)(r | ((w & 0x8000) << 16));
}

SW_INLINE u16x16 toF16(f32x16 x) {
  const u32x16 w = (u32x16)x;
  const u32x16 a = w & 0x7fffffff;
  const u32x16 normal = (a - 0x38000000 + 0xfff + ((a >> 13) & 1)) >> 13;
  // Adding 1/2 rounds to a multiple of 2^-24 in the low bits.
  const u32x16 denormal = (u32x16)((f32x16)a + 0.5f) - 0x3f000000;
  u32x16 r = (a < 0x38800000) ? denormal : normal;
  r = (a >= 0x47800000) ? (u32x16)(0x7c00) : r;
  r = (a > 0x7f800000) ? (0x7e00 | ((a >> 13) & 0x3ff)) : r;
  return __builtin_convertvector(r | ((w >> 16) & 0x8000), u16x16);
}

#define SW_CONVERT(name, From, To, read, write, function)                          \
  static void SW_VARIANT(name)(const From *x, To *y, int64_t n) {                  \
    int64_t i = 0;                                                                 \
    for (; i + 16 <= n; i += 16) *(write##_any *)(y + i) = function(*(const read##_any *)(x + i)); \
    if (i == n) return;                                                            \
    read v = (read)(0);                                                            \
    memcpy(&v, x + i, (size_t)(n - i) * sizeof *x);                                \
    const write r = function(v);                                                   \
    memcpy(y + i, &r, (size_t)(n - i) * sizeof *y);                                \
  }

SW_CONVERT(bf16_to_f32, uint16_t, float, u16x16, f32x16, fromBf16)
SW_CONVERT(f16_to_f32, uint16_t, float, u16x16, f32x16, fromF16)
SW_CONVERT(f32_to_bf16, float, uint16_t, f32x16, u16x16, toBf16)
SW_CONVERT(f32_to_f16, float, uint16_t, f32x16, u16x16, toF16)
#undef SW_CONVERT
