import Traces

// What goes wrong with masks and rows.
extension Gallery {
  private static let gap = "set input:mask[1, 10:14] 0"
  private static let leftPadding = "set input:mask[1, 0:9] 0"
  private static let inside = GalleryStack.serial(
    "Serial([Dense(features: 4, name: \"in\"), Conv1D(filters: 4, kernelSize: 4, "
      + "padding: .reverseCausal, name: \"ahead\")], name: \"enc\")")
  private static let pooling = GalleryStack.serial(
    "Dense(features: 4, name: \"in\"), "
      + "AveragePooling1D(poolSize: 3, padding: .reverseCausal, name: \"pool\")")

  static let rows: [GalleryEntry] = [
    GalleryEntry(
      "padding-in-batch", ["huggingface/transformers#43377", "huggingface/transformers PR#43378"],
      saw: "a clip encodes to other codes in a batch than alone",
      because: "the encoder reads the padding behind the shorter clip",
      [GalleryStack.ahead, GalleryStack.ragged, "block 4"],
      fault: "ahead padding-read", at: "ahead", 23, .paddingRead),
    GalleryEntry(
      "lengths-not-forwarded", ["speechbrain#2986"],
      saw: "the lengths are given, and the encoder inside does not see them",
      because: "a container hands lengths on to none of its layers",
      [inside, GalleryStack.ragged, "block 4"],
      fault: "enc/ahead padding-read", at: "enc/ahead", 22, .paddingRead),
    GalleryEntry(
      "padding-pooled", ["NVIDIA-NeMo/Speech#3229", "s3prl#415"],
      saw: "the ends of short rows are wrong in batches",
      because: "pooling counts padding as values",
      [pooling, GalleryStack.ragged, "block 4"],
      fault: "pool padding-read", at: "pool", 23, .paddingRead),
    GalleryEntry(
      "padding-moves-state", ["state-spaces/mamba#66", "keras#1300"],
      saw: "timesteps behind a gap depend on what lies in the gap",
      because: "invalid timesteps change the recurrent state, by its bias alone",
      [GalleryStack.recurrent, GalleryStack.noise, "block 4", gap],
      fault: "lstm padding-read", at: "lstm", 14, .paddingRead),
    GalleryEntry(
      "left-padding", ["mlx-lm#439", "OpenNMT#2532"],
      saw: "the shorter prompt of a batch gets another answer than alone",
      because: "padding on its left is attended to",
      [GalleryStack.attention, GalleryStack.noise, "block 4", leftPadding],
      fault: "attn padding-read", at: "attn", 9, .paddingRead),
    GalleryEntry(
      "masked-row-is-nan", ["parakeet.cpp#49", "rten#1321"],
      saw: "the text is empty from some point on",
      because: "a row of attention without a valid key became NaN, which nothing stops",
      [GalleryStack.attention, GalleryStack.noise, "block 4"],
      fault: "attn not-finite at 3", at: "attn", 12, .notFinite),
    GalleryEntry(
      "gated-by-product", ["TensorRT-Model-Connect#431"],
      saw: "NaN in the padding reaches valid outputs",
      because: "invalid values are multiplied by 0, which keeps NaN, instead of replaced",
      [GalleryStack.ahead, GalleryStack.ragged, "block 4"],
      fault: "ahead mask-multiply", at: "ahead", 23, .notFinite),
    GalleryEntry(
      "mask-after-first-step", ["huggingface/transformers PR#46773", "exllama#101"],
      saw: "valid timesteps are treated as padding",
      because: "the mask of the first step is used in all of them",
      [GalleryStack.attention, GalleryStack.noise, "block 4"],
      fault: "attn wrong-mask from 1", at: "attn", 4, .maskDiffers),
    GalleryEntry(
      "beam-state-order", ["huggingface/transformers#46612", "sockeye#731"],
      saw: "beam search is worse than greedy, and sums of the state look right",
      because: "the recurrent states were not put in the order of the beams",
      [GalleryStack.recurrent, GalleryStack.noise, "block 4"],
      fault: "lstm state-row-mixed at 3", at: "lstm", 12, .rowMixed),
    GalleryEntry(
      "rows-exchanged", ["vllm#5898", "vllm#51187"],
      saw: "the answer to a prompt depends on what else is in the batch",
      because: "from some step on rows get each other's outputs",
      [GalleryStack.convolutions, GalleryStack.noise, "block 4"],
      fault: "c2 row-mixed from 2", at: "c2", 8, .rowMixed),
  ]
}
