import Traces

// What goes wrong with windows, positions and values.
extension Gallery {
  private static let pooling = GalleryStack.serial(
    "Dense(features: 4, name: \"in\"), "
      + "AveragePooling1D(poolSize: 5, padding: .causal, name: \"pool\")")
  private static let timing = GalleryStack.serial(
    "Dense(features: 4, name: \"in\"), AddTimingSignal(name: \"pos\"), "
      + "LSTM(units: 3, name: \"lstm\")")
  private static let rotary = GalleryStack.serial(
    "Dense(features: 4, name: \"in\"), "
      + "ApplyRotaryPositionalEncoding(maxWavelength: 1000, name: \"rope\")")
  private static let normalized = GalleryStack.serial(
    "Dense(features: 4, name: \"in\"), RMSNormalization(name: \"norm\")")

  static let positions: [GalleryEntry] = [
    GalleryEntry(
      "cache-after-wrap", ["mlx-lm#1914", "mlx-lm PR#950"],
      saw: "a rotating cache is right until it is full, and wrong from then on",
      because: "its oldest entry was overwritten one step too early",
      [GalleryStack.attention, GalleryStack.noise, "block 1"],
      fault: "attn short-window", at: "attn", 6, .windowOffByOne),
    GalleryEntry(
      "window-edge", ["huggingface/transformers#37574", "mlx-vlm#1715"],
      saw: "long inputs differ slightly from the point on at which the window is full",
      because: "the window is one timestep too short in the stream",
      [pooling, GalleryStack.noise, "block 1"],
      fault: "pool short-window", at: "pool", 4, .windowOffByOne),
    GalleryEntry(
      "training-context", ["NeMo#9615", "sherpa-onnx#2177"],
      saw: "the model was trained with more left context than the stream gives it",
      because: "the cache holds one timestep less than the layer reads",
      [GalleryStack.convolutions, GalleryStack.noise, "block 1"],
      fault: "c1 short-window", at: "c1", 2, .windowOffByOne),
    GalleryEntry(
      "position-per-chunk", ["espnet#4807", "espnet#6656"],
      saw: "the first chunk is right, later ones are not, and more so with small chunks",
      because: "positions begin at 0 in every chunk",
      [timing, GalleryStack.noise, "block 4"],
      fault: "pos wrong-position", at: "pos", 4, .wrongPosition),
    GalleryEntry(
      "rotary-offset", ["mistral-inference#88", "litgpt#2165"],
      saw: "with the cache the second chunk differs, without it nothing does",
      because: "queries and keys are turned by positions that begin anew in each call",
      [rotary, GalleryStack.noise, "block 4"],
      fault: "rope wrong-position", at: "rope", 4, .wrongPosition),
    GalleryEntry(
      "shared-position", ["unsloth#3699", "unsloth PR#3803"],
      saw: "batched decoding goes wrong from some call on",
      because: "one position was kept for a whole batch and set back",
      [timing, GalleryStack.noise, "block 4"],
      fault: "pos wrong-position from 3", at: "pos", 12, .wrongPosition),
    GalleryEntry(
      "chunk-statistics", ["pytorch/audio#3094", "fairseq#3227"],
      saw: "the word error rate depends on how the audio is cut",
      because: "a normalization takes its mean over the chunk instead of the whole",
      [normalized, GalleryStack.noise, "block 8"],
      fault: "norm statistics-per-block", at: "norm", 0, .statisticsPerBlock),
    GalleryEntry(
      "front-end-gain", ["wenet#320"],
      saw: "the runtime in another language has half again as many errors as the offline one",
      because: "its front end scales the features in another way",
      [GalleryStack.convolutions, GalleryStack.noise, "block 4"],
      fault: "c1 scaled", at: "c1", 0, .scaled),
    GalleryEntry(
      "bias-in-both", ["syncdoth/RetNet#7", "s4#115"],
      saw: "the recurrent form differs from the parallel one by a constant",
      because: "a bias is added by the projection and once more behind it",
      [GalleryStack.recurrent, GalleryStack.noise, "block 4", "set in:param.bias 0.5"],
      fault: "in bias-twice", at: "in", 0, .biasAddedTwice),
  ]
}
