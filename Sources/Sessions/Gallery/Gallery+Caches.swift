import Traces

// What goes wrong with the state between one block and the next.
extension Gallery {
  static let caches: [GalleryEntry] = [
    GalleryEntry(
      "cache-not-passed", ["huggingface/transformers PR#43971"],
      saw: "decoded audio clicks at every chunk, although each chunk alone sounds right",
      because: "the attention inside got no cache, so that every chunk began without a past",
      [GalleryStack.attention, GalleryStack.noise, "block 4"],
      fault: "attn reset-state", at: "attn", 4, .resetEachBlock),
    GalleryEntry(
      "first-chunk-cache", ["wenet#1516", "wenet PR#1701"],
      saw: "only the first words after the first chunk are wrong",
      because: "the first chunk left an empty cache behind; all later ones are right",
      [GalleryStack.convolutions, GalleryStack.noise, "block 4"],
      fault: "c1 drop-state at 0", at: "c1", 4, .cacheNotCarried),
    GalleryEntry(
      "convolution-cache", ["icefall#661"],
      saw: "the exported streaming encoder is off by 1e-3, the offline one by 1e-8",
      because: "a causal convolution stopped updating the cache that it is handed",
      [GalleryStack.convolutions, GalleryStack.noise, "block 4"],
      fault: "c2 drop-state from 2", at: "c2", 12, .cacheNotCarried),
    GalleryEntry(
      "state-frozen", ["k2#1194", "k2 PR#876"],
      saw: "the word error rate of the online decoder is five times the offline one's",
      because: "from some chunk on the state that was returned is not the one that is fed",
      [GalleryStack.recurrent, GalleryStack.noise, "block 4"],
      fault: "lstm drop-state from 3", at: "lstm", 16, .cacheNotCarried),
    GalleryEntry(
      "stateless-decoder", ["hifi-gan#132", "descript-audio-codec#39"],
      saw: "a seam is heard at every chunk of a vocoder",
      because: "a causal stack was run on each chunk by itself, with zeros for its past",
      [GalleryStack.convolutions, GalleryStack.noise, "block 8"],
      fault: "c1 reset-state", at: "c1", 8, .resetEachBlock),
    GalleryEntry(
      "forward-and-step", ["state-spaces/mamba#683", "state-spaces/mamba#641"],
      saw: "token by token agrees with the whole for about thirty tokens, and then no more",
      because: "the state that one path returns is not updated by the other",
      [GalleryStack.recurrent, GalleryStack.noise],
      fault: "lstm drop-state from 30", at: "lstm", 31, .cacheNotCarried),
    GalleryEntry(
      "split-call", ["fla#285"],
      saw: "one call over all tokens and two calls over halves give other logits",
      because: "the second call began from the state before the first",
      [GalleryStack.recurrent, GalleryStack.noise, "block 20"],
      fault: "lstm reset-state", at: "lstm", 20, .resetEachBlock),
    GalleryEntry(
      "initial-state-ignored", ["fla#351"],
      saw: "an initial state that is given makes no difference",
      because: "one call began from zeros instead of the state that it was given",
      [GalleryStack.recurrent, GalleryStack.noise, "block 4"],
      fault: "lstm reset-state at 5", at: "lstm", 20, .cacheNotCarried),
    GalleryEntry(
      "short-chunk", ["causal-conv1d#75", "causal-conv1d#118"],
      saw: "chunks shorter than the kernel give other outputs than long ones",
      because: "the cache that is read is the one of the call before",
      [GalleryStack.convolutions, GalleryStack.noise, "block 1"],
      fault: "c1 stale-state", at: "c1", 1, .cacheNotCarried),
    GalleryEntry(
      "restored-state", ["llama.cpp#25913", "vllm#53912"],
      saw: "after a prompt cache was loaded the answer goes on as if the prompt were not there",
      because: "the state that was restored was not complete",
      [GalleryStack.attention, GalleryStack.noise, "block 4"],
      fault: "attn reset-state at 4", at: "attn", 16, .cacheNotCarried),
    GalleryEntry(
      "stateful-reset", ["keras#10231", "google-research#819"],
      saw: "accuracy is 97 % offline and 54 % in the stream",
      because: "the recurrent state was reset before every chunk",
      [GalleryStack.recurrent, GalleryStack.noise, "block 2"],
      fault: "lstm reset-state", at: "lstm", 2, .resetEachBlock),
    GalleryEntry(
      "rejected-draft", ["mlx-lm PR#1446", "mlx-lm PR#980"],
      saw: "after a rejected draft token the text drifts, without an error",
      because: "the state of one step earlier was put back instead of the right one",
      [GalleryStack.recurrent, GalleryStack.noise, "block 4"],
      fault: "lstm stale-state at 6", at: "lstm", 24, .cacheNotCarried),
  ]
}
