// Recordings through libsndfile, which reads them by the functions below, from wherever they are.
#include "CAudio.h"

#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

struct ca_decoder {
  SNDFILE *file;
  ca_read read;
  void *context;
  int64_t length;
  int64_t offset;
  SF_INFO info;
  SF_FORMAT_INFO encoding;
};

static sf_count_t file_length(void *user) { return ((ca_decoder *)user)->length; }

static sf_count_t file_seek(sf_count_t offset, int whence, void *user) {
  ca_decoder *decoder = user;
  int64_t start = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? decoder->offset : decoder->length;
  // Offsets come from the file; both ends bound them.
  if (offset < -start) offset = -start;
  if (offset > decoder->length - start) offset = decoder->length - start;
  decoder->offset = start + offset;
  return decoder->offset;
}

static sf_count_t file_read(void *bytes, sf_count_t count, void *user) {
  ca_decoder *decoder = user;
  int64_t rest = decoder->length - decoder->offset;
  if (count > rest) count = rest;
  if (count <= 0) return 0;
  int64_t done = decoder->read(decoder->context, decoder->offset, bytes, count);
  if (done > 0) decoder->offset += done;
  return done > 0 ? done : 0;
}

static sf_count_t file_write(const void *bytes, sf_count_t count, void *user) {
  (void)bytes, (void)count, (void)user;
  return 0;
}

static sf_count_t file_tell(void *user) { return ((ca_decoder *)user)->offset; }

ca_decoder *ca_open(ca_read read, void *context, int64_t length, ca_facts *facts, char *message,
                    size_t capacity) {
  ca_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) {
    strncpy(message, "no memory", capacity - 1);
    return NULL;
  }
  decoder->read = read;
  decoder->context = context;
  decoder->length = length;
  SF_VIRTUAL_IO access = {file_length, file_seek, file_read, file_write, file_tell};
  decoder->file = sf_open_virtual(&access, SFM_READ, &decoder->info, decoder);
  if (!decoder->file || decoder->info.channels < 1) {
    strncpy(message, decoder->file ? "it has no channels" : sf_strerror(NULL), capacity - 1);
    ca_close(decoder);
    return NULL;
  }
  decoder->encoding.format = decoder->info.format & SF_FORMAT_SUBMASK;
  if (sf_command(NULL, SFC_GET_FORMAT_INFO, &decoder->encoding, sizeof decoder->encoding) != 0)
    decoder->encoding.name = NULL;
  facts->channel_count = decoder->info.channels;
  facts->sample_rate = decoder->info.samplerate;
  facts->frame_count = decoder->info.frames;
  return decoder;
}

int64_t ca_decode(ca_decoder *decoder, float *samples, int64_t frame_count) {
  return sf_readf_float(decoder->file, samples, frame_count);
}

const char *ca_failure(ca_decoder *decoder) {
  return sf_error(decoder->file) == SF_ERR_NO_ERROR ? NULL : sf_strerror(decoder->file);
}

const char *ca_encoding(ca_decoder *decoder) {
  return decoder->encoding.name ? decoder->encoding.name : "unknown";
}

void ca_close(ca_decoder *decoder) {
  if (decoder->file) sf_close(decoder->file);
  free(decoder);
}
