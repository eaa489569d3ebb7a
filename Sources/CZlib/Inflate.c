#include "CZlib.h"
#include <zlib.h>

// zlib counts in unsigned int; longer data is handed over in pieces of this size.
enum { PIECE = 1 << 30 };

static uInt piece(size_t count) { return count < PIECE ? (uInt)count : PIECE; }

int cz_inflate(const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count) {
  z_stream stream = {0};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return 0;
  size_t read = 0, written = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    // One byte of room behind the end shows a stream that gives more than was announced.
    uint8_t spare;
    int is_full = written == output_count;
    uInt room = is_full ? 1 : piece(output_count - written);
    uInt given = piece(input_count - read);
    // An empty array has no address, but zlib requires one.
    stream.next_in = input ? (Bytef *)(input + read) : &spare;
    stream.avail_in = given;
    stream.next_out = is_full ? &spare : output + written;
    stream.avail_out = room;
    status = inflate(&stream, Z_NO_FLUSH);
    read += given - stream.avail_in;
    uInt made = room - stream.avail_out;
    if (is_full && made > 0) status = Z_DATA_ERROR;
    if (!is_full) written += made;
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END && written == output_count;
}

uint32_t cz_crc32(const uint8_t *bytes, size_t count) {
  uLong sum = crc32(0, Z_NULL, 0);
  for (size_t done = 0; done < count;) {
    uInt next = piece(count - done);
    sum = crc32(sum, bytes + done, next);
    done += next;
  }
  return (uint32_t)sum;
}
