import Layers
import Workbench

/// The workbench with a layer that traps: code of ours, or of a user, that breaks its own rules.
@main
struct TrapProbe {
  /// Gives its input, but no sequence of 13 timesteps.
  private struct Superstitious: PointwiseLayer {
    func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
      if x.time == 13 { fatalError("a trap of our own") }
      return x
    }
  }

  static func main() {
    _ = FrontEnd.run(
      Serial([Dense(features: 2), Superstitious()]),
      lines: ["input sine --channels 3 --time 12", "step 3"])
  }
}
