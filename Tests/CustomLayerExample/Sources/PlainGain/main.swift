// A layer before it has any proto, in the workbench: `swift run plain-gain`.
import Foundation
import WorkbenchKit

/// Multiplies by a number.
struct PlainGain: PointwiseLayer {
  var factor: Double

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    x.mapValues(preservingZero: true) { $0 * $0.scalarLike(factor) }
  }
}

let stack = Serial([Dense(features: 4, name: "in"), PlainGain(factor: 0.5), Tanh()])
exit(FrontEnd.run(stack, lines: ["input noise --channels 3 --lengths 40,25", "step 5"]))
