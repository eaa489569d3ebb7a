import Programs
import Tensors

/// A linear map of the channel axes by an equation `...X,Y->...Z`:
/// `y = activation(einsum(x, kernel) + bias)`.
///
/// - Shape: `[b, t, ...X] -> [b, t, ...Z]`; `outputShape` gives the extents of Z, -1 those of the
///   input's axis of that letter. Parameters `kernel [...Y]` and, with `biasAxes`, `bias` with the axes
///   of Z from the first of `biasAxes` on, of extent 1 where not in `biasAxes`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` for an equation of another form, repeated or unmatched axes,
///   an output shape or bias axes that do not fit it; `.invalidInput` when the input does not.
/// - Source: sequence_layers/jax/dense.py `EinsumDense`.
extension EinsumDense: StatelessLayer {
  private func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  private func parsed() throws(LayerError) -> EinsumEquation {
    do throws(PatternError) { return try EinsumEquation(equation) } catch {
      throw .config(self, "equation", found: error.found, expected: error.expected)
    }
  }

  /// The extents of all axes of the equation.
  private func extents(
    _ equation: EinsumEquation, _ input: ChannelSpec
  ) throws(LayerError) -> [Character: Int] {
    guard equation.input.count == input.shape.count else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "\(equation.input.count) axes for \"\(String(equation.input))\"")
    }
    guard equation.output.count == outputShape.values.count else {
      throw .config(
        self, "outputShape", found: outputShape.values.shapeText,
        expected: "one extent for each axis of \"\(String(equation.output))\"")
    }
    var result: [Character: Int] = [:]
    for (axis, extent) in zip(equation.input, input.shape) { result[axis] = extent }
    for (axis, extent) in zip(equation.output, outputShape.values) {
      if extent == -1, result[axis] != nil { continue }
      guard extent >= 1 else {
        throw .config(
          self, "outputShape", found: "extent \(extent) for axis \(axis)",
          expected: "1 or more, or -1 for an axis of the input")
      }
      guard result[axis] == nil || result[axis] == extent else {
        throw .input(
          self, found: "extent \(result[axis] ?? 0) of axis \(axis)",
          expected: "\(extent), as in outputShape")
      }
      result[axis] = extent
    }
    for axis in biasAxes where !equation.output.contains(axis) {
      throw .config(
        self, "biasAxes", found: "axis \(axis)",
        expected: "axes of the output \"\(String(equation.output))\"")
    }
    return result
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    let equation = try parsed()
    let extents = try extents(equation, input)
    return ChannelSpec(equation.output.map { extents[$0] ?? 1 }, try computeType(input))
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let dtype = try computeType(x.channelSpec)
    let equation = try parsed()
    let extents = try extents(equation, x.channelSpec)
    let kernel = try context.parameter(
      "kernel", equation.kernel.map { extents[$0] ?? 1 }, dtype: paramDtype, kernelInit)
    var bias: Value?
    if let first = equation.output.firstIndex(where: biasAxes.contains) {
      let shape = equation.output[first...].map { biasAxes.contains($0) ? extents[$0] ?? 1 : 1 }
      bias = try context.parameter("bias", shape, dtype: paramDtype, biasInit)
    }
    return x.mapValues(preservingZero: bias == nil && activation == .none) { values in
      let product = equation.product(
        values.converted(to: dtype), kernel.converted(to: dtype))
      return activation.apply(bias.map { product + $0.converted(to: dtype) } ?? product)
    }
  }
}
