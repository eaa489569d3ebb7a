import Diagnostics
import Programs
import Tensors

/// A function of your own, registered in Swift by name; see ``LambdaFunctions``.
///
/// - Shape: `[b, t, ...c] -> [b, t, ...]`, as the function has it.
/// - Mask: unchanged for a function of values, the function's for one of sequences. With `maskRequired`
///   nothing is promised of invalid timesteps; without it a masked sequence stays masked.
/// - Streaming: stateless: the function must not look at neighbouring timesteps.
/// - Throws: ``LayerError`` `.invalidConfig` when no such function is registered or it is of the other
///   kind, `.invalidInput` when the input is not `expectedInputSpec` or the function fails on it,
///   `.brokenContract` when the function changes batch or time.
/// - Source: sequence_layers/jax/simple.py `Lambda`.
extension Lambda: StatelessLayer {
  private func function() throws(LayerError) -> LambdaFunctions.Function {
    guard let function = LambdaFunctions.function(fn) else {
      let names = LambdaFunctions.names
      let known = names.isEmpty ? "none is registered" : names.joined(separator: ", ")
      throw .config(
        self, "fn", found: "no function named \"\(fn)\"", expected: "a registered one: \(known)",
        suggestion: NearestName.of(fn, among: names).map { "did you mean \"\($0)\"?" }
          ?? "register it with LambdaFunctions.register")
    }
    switch function {
    case .values where sequenceInput:
      throw .config(
        self, "sequenceInput", found: "true for the values function \"\(fn)\"", expected: "false")
    case .sequence where !sequenceInput:
      throw .config(
        self, "sequenceInput", found: "false for the sequence function \"\(fn)\"",
        expected: "true")
    case .values, .sequence: return function
    }
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    if let expected = expectedInputSpec {
      let spec = ChannelSpec(expected.shape.values, expected.dtype)
      guard spec == input else {
        throw .input(self, found: "\(input)", expected: "\(spec), as expectedInputSpec says")
      }
    }
    // Tried on a small sequence, to see what the function makes of it.
    let builder = ProgramBuilder()
    let (batch, time) = (2, 3)
    let isComplex = input.dtype == .complex64
    let type = ValueType(isComplex ? .float32 : input.dtype, [batch, time] + input.shape)
    let probe = SequenceValue(
      builder.full(0, type), imaginary: isComplex ? builder.full(0, type) : nil,
      mask: builder.full(1, ValueType(.bool, [batch, time])))
    let result = Self.apply(try function(), probe)
    if let error = builder.errors.first {
      throw .input(
        self, found: "\(input), on which \"\(fn)\" fails: \(error.found)", expected: error.expected)
    }
    guard result.mask.shape == [batch, time],
      Array(result.values.shape.prefix(2)) == [batch, time]
    else {
      throw LayerError(
        .brokenContract, layer: typeName, field: "fn",
        found: "values \(result.values.type) and mask \(result.mask.type)",
        expected: "batch \(batch) and time \(time) as in the input")
    }
    return result.channelSpec
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    var y = Self.apply(try function(), x)
    y.isMasked = x.isMasked && !maskRequired
    return y
  }

  private static func apply(
    _ function: LambdaFunctions.Function, _ x: SequenceValue
  ) -> SequenceValue {
    switch function {
    case .values(let function): x.mapValues(function)
    case .sequence(let function): function(x)
    }
  }
}
