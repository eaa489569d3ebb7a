import Tensors

/// The receptive field of a layer that runs over the reversed sequence, its output turned back again.
enum ReceptiveFieldMirror {
  /// Which inputs an output depends on varies with the length of the sequence, from whose end the layer
  /// counts its strides and turns: the union over all lengths.
  static func perStep(of layer: any SequenceLayer) -> ReceptiveFieldPerStep {
    let fields = layer.receptiveFieldPerStep
    let ratio = layer.outputRatio
    let count = Rational.leastCommonMultiple(fields.count, ratio.numerator)
    // Lengths that many apart give the same, beyond those that are shorter than a window.
    let lengths = (Rational(count) / ratio).numerator
    guard count <= limit / lengths else { return [fields.overall == nil ? nil : .everything] }
    let long = limit * lengths
    return (0..<count).map { step in
      (long..<(long + lengths)).map { time -> ReceptiveField? in
        let output = layer.outputTime(for: time) - 1 - step
        let field = fields[Rational.floorModulo(output, fields.count)]
        let (here, there) = ((Rational(step) / ratio).floor, (Rational(output) / ratio).floor)
        return field.map {
          ReceptiveField(-$0.end, -$0.start).shifted(by: time - 1 - there - here)
        }
      }.overall
    }
  }

  /// So many steps and lengths are gone through; beyond that everything is announced.
  private static let limit = 1 << 16
}
