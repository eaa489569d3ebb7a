// Rates through libsamplerate: plain C without variants for processors, so that one build gives one
// result.
#include "CAudio.h"

#include <samplerate.h>

enum { FILTER = SRC_SINC_BEST_QUALITY };

ca_rate *ca_rate_open(int32_t channel_count, const char **failure) {
  int code = 0;
  ca_rate *rate = src_new(FILTER, channel_count, &code);
  if (!rate) *failure = src_strerror(code);
  return rate;
}

int64_t ca_rate_convert(ca_rate *rate, double ratio, const float *samples, int64_t frame_count,
                        float *converted, int64_t capacity, int64_t *used,
                        const char **failure) {
  SRC_DATA data = {
      .data_in = samples,
      .data_out = converted,
      .input_frames = frame_count,
      .output_frames = capacity,
      .end_of_input = 1,
      .src_ratio = ratio,
  };
  int code = src_process(rate, &data);
  if (code != 0) {
    *failure = src_strerror(code);
    return -1;
  }
  *used = data.input_frames_used;
  return data.output_frames_gen;
}

void ca_rate_close(ca_rate *rate) { src_delete(rate); }

const char *ca_rate_quality(void) { return src_get_description(FILTER); }
