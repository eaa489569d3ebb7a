// DEFLATE and CRC-32 of zip members by zlib, behind plain numbers and pointers.
#ifndef CZLIB_H
#define CZLIB_H
#include <stddef.h>
#include <stdint.h>

/// Decompresses a raw DEFLATE stream (RFC 1951) of `input_count` bytes. Returns 1 if it ends and gives
/// exactly `output_count` bytes, else 0.
int cz_inflate(const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count);
/// The CRC-32 of `count` bytes, as in zip archives.
uint32_t cz_crc32(const uint8_t *bytes, size_t count);

#endif
