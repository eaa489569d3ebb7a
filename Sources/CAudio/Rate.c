// Rates through libsamplerate: plain C without variants for processors, so that one build gives one
// result.
#include "CAudio.h"

#include <samplerate.h>

enum { FILTER = SRC_SINC_BEST_QUALITY };

int64_t ca_convert_rate(const float *samples, int64_t frame_count, int32_t channel_count,
                        double ratio, float *converted, int64_t capacity, const char **failure) {
  SRC_DATA data = {
      .data_in = samples,
      .data_out = converted,
      .input_frames = frame_count,
      .output_frames = capacity,
      .end_of_input = 1,
      .src_ratio = ratio,
  };
  int code = src_simple(&data, FILTER, channel_count);
  if (code != 0) {
    *failure = src_strerror(code);
    return -1;
  }
  return data.output_frames_gen;
}

const char *ca_rate_quality(void) { return src_get_description(FILTER); }
