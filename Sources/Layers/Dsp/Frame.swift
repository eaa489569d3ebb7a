import Programs
import Tensors

/// Overlapping frames of the sequence: output `o` holds inputs `o·step - left ..< o·step - left + length`.
///
/// - Shape: `[b, t, ...] -> [b, t / step, length, ...]`.
/// - Mask: by padding mode as a window of `length` taps; see ``TimeWindow``. Explicit padding is
///   aligned. Invalid input counts as 0.
/// - Streaming: block `step`; input latency `length - 1` for the reverse modes, half of it
///   rounded up for `same`, `length - 1 - left` for
///   explicit padding; state `buffer [b, n, ...]` and, where past masks matter, `mask [b, n]`.
/// - Beyond: steps with `same` and `semicausalFull`.
/// - Throws: ``LayerError`` `.invalidConfig` for lengths below 1, or explicit padding whose sides do not
///   add up to `length - 1`.
/// - Source: sequence_layers/jax/dsp.py `Frame`.
extension Frame: FramingLayer {
  var window: TimeWindow {
    let (length, step) = (frameLength.clampedField, frameStep.clampedField)
    switch padding {
    case .mode(let mode): return TimeWindow(size: length, stride: step, mode: mode)
    case .explicit(let pair):
      let left = min(max(0, pair.left), length - 1)
      return TimeWindow(size: length, stride: step, left: left, right: length - 1 - left)
    }
  }

  func checkFrames() throws(LayerError) {
    try require("frameLength", frameLength, atLeast: 1)
    try require("frameStep", frameStep, atLeast: 1)
    if case .explicit(let pair) = padding {
      guard pair.left >= 0, pair.right >= 0, pair.left + pair.right == frameLength - 1 else {
        throw .config(
          self, "padding", found: "explicit padding \(pair.left) + \(pair.right)",
          expected: "numbers from 0 that add up to \(frameLength - 1), one less than a frame")
      }
    }
  }
}
