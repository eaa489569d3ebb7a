import Traces

// What goes wrong at the start and the end of blocks and inputs.
extension Gallery {
  static let edges: [GalleryEntry] = [
    GalleryEntry(
      "right-context", ["pytorch/audio#2200"],
      saw: "forward and infer differ although both get the same audio",
      because: "the chunks were fed without the right context that the layer looks at",
      [GalleryStack.ahead, GalleryStack.noise, "block 8"],
      fault: "ahead right-context-missing", at: "ahead", 6, .rightContextMissing),
    GalleryEntry(
      "last-words-lost", ["icefall#1388", "sherpa-onnx#348"],
      saw: "the last words of every utterance are missing",
      because: "nothing was fed behind the end, so what was still inside never came out",
      [GalleryStack.ahead, GalleryStack.noise, "block 4"],
      fault: "ahead flush-missing", at: "ahead", 38, .flushMissing),
    GalleryEntry(
      "wrong-side-trimmed", ["descript-audio-codec#39", "mlx-audio PR#391"],
      saw: "everything is late by a little, and the end is missing",
      because: "the warm-up was kept, and as much was cut off at the end",
      [GalleryStack.ahead, GalleryStack.noise, "block 8"],
      fault: "ahead wrong-trim", at: "ahead", 0, .tailTrimmed),
    GalleryEntry(
      "claimed-lookahead", ["denoiser#22", "wav2letter#783"],
      saw: "the latency that was measured is not the one that was claimed",
      because: "outputs are given as many timesteps late as the layer looks ahead",
      [
        GalleryStack.serial(
          "Dense(features: 4, name: \"in\"), Lookahead(length: 3, name: \"look\"), "
            + "Conv1D(filters: 4, kernelSize: 4, padding: .reverseCausal, name: \"ahead\")"),
        GalleryStack.noise, "block 8",
      ],
      fault: "ahead wrong-trim", at: "ahead", 0, .tailTrimmed),
    GalleryEntry(
      "samples-dropped", ["vllm-omni PR#4706"],
      saw: "the output is a little shorter with every chunk",
      because: "the first output of every chunk is dropped as if it were overlap",
      [GalleryStack.convolutions, GalleryStack.noise, "block 8"],
      fault: "c2 timestep-lost", at: "c2", 0, .timestepLost),
    GalleryEntry(
      "token-fed-twice", ["mlx-swift-lm#510"],
      saw: "from some call on every token is one late",
      because: "the last token of a call was fed once more by the next",
      [GalleryStack.convolutions, GalleryStack.noise, "block 8"],
      fault: "c1 timestep-repeated from 2", at: "c1", 16, .timestepRepeated),
    GalleryEntry(
      "samples-repeated", ["audio.cpp#429"],
      saw: "one chunk stutters",
      because: "the last sample before a chunk was given once more at its start",
      [GalleryStack.convolutions, GalleryStack.noise, "block 8"],
      fault: "c1 timestep-repeated at 3", at: "c1", 24, .timestepRepeated),
  ]
}
