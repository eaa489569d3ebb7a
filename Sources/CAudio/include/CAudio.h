// Decoding of recordings (libsndfile) and conversion of their rates (libsamplerate) behind plain
// numbers and pointers.
#ifndef CAUDIO_H
#define CAUDIO_H
#include <stddef.h>
#include <stdint.h>

// MARK: Decoder (Decoder.c, libsndfile)

/// Reads up to `count` bytes from `offset` on into `bytes`; returns how many, fewer only at an error.
typedef int64_t (*ca_read)(void *context, int64_t offset, void *bytes, int64_t count);

typedef struct {
  int32_t channel_count;
  int32_t sample_rate;
  /// What the file says; INT64_MAX where it does not say.
  int64_t frame_count;
} ca_facts;

typedef struct ca_decoder ca_decoder;

/// Opens a recording of `length` bytes. On failure returns NULL and writes the reason to `message`.
ca_decoder *ca_open(ca_read read, void *context, int64_t length, ca_facts *facts, char *message,
                    size_t capacity);
/// Decodes the next frames, channels side by side, whole numbers scaled to [-1, 1); returns how many,
/// 0 at the end.
int64_t ca_decode(ca_decoder *decoder, float *samples, int64_t frame_count);
/// Why decoding ended too early; NULL if it did not.
const char *ca_failure(ca_decoder *decoder);
/// How the samples are stored, such as "Signed 16 bit PCM".
const char *ca_encoding(ca_decoder *decoder);
void ca_close(ca_decoder *decoder);

// MARK: Rate (Rate.c, libsamplerate)

typedef struct SRC_STATE_tag ca_rate;

/// Begins to convert a recording with the best filter. On failure returns NULL and writes the reason to
/// `failure`.
ca_rate *ca_rate_open(int32_t channel_count, const char **failure);
/// Converts on to `ratio` times the rate: `samples` are all frames up to the end that were not `used`
/// before. Returns how many frames of at most `capacity` were written, 0 at the end, or -1 with a
/// reason in `failure`.
int64_t ca_rate_convert(ca_rate *rate, double ratio, const float *samples, int64_t frame_count,
                        float *converted, int64_t capacity, int64_t *used, const char **failure);
void ca_rate_close(ca_rate *rate);
/// The filter in its authors' words, with its quality.
const char *ca_rate_quality(void);

#endif
