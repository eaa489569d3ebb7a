import Programs
import Tensors

extension ONNXFunction {
  /// A convolution without padding: ONNX has channels before space.
  func convolution(
    _ dimensions: ConvolutionDimensions, _ x: ValueID, _ kernel: ValueID
  ) throws(ExportError) -> String {
    let rank = dimensions.strides.count
    let space = Array(0..<rank)
    let order = [rank + 1, rank] + space
    let input = add(
      "Transpose", [try value(x)], [("perm", .ints([0, rank + 1] + space.map { $0 + 1 }))])
    let weights: String
    if let taps = constant(kernel) {
      weights = try add(weights: taps.transposed(order), channels: 0)
    } else {
      weights = add("Transpose", [try value(kernel)], [("perm", .ints(order))])
    }
    let y = add(
      "Conv", [input, weights],
      [
        ("strides", .ints(dimensions.strides)), ("dilations", .ints(dimensions.kernelDilation)),
        ("group", .int(dimensions.featureGroups)),
      ])
    return add("Transpose", [y], [("perm", .ints([0] + space.map { $0 + 2 } + [1]))])
  }

  /// A loop as Scan; what it captures is seen by its body.
  func write(
    _ loop: LoopOp, _ x: [ValueID], _ results: [ValueID]
  ) throws(ExportError) {
    let function = body(loop.body)
    var inputs: [String] = []
    for (index, input) in loop.body.inputs.enumerated() {
      let outer = try value(x[index])
      guard index >= loop.capturedCount else {
        function.define(input.value, outer)
        continue
      }
      inputs.append(outer)
      let type = loop.body[input.value]
      let name = function.freshName()
      function.graph.addInput(name, try code(type.dtype, "loop"), type.shape)
      function.define(input.value, name)
    }
    try function.addInstructions()
    try function.addOutputs(loop.body.outputs.map { _ in function.freshName() })
    var sequences = x.count - loop.capturedCount - loop.carriedCount
    let hasSequences = sequences > 0
    if !hasSequences {
      // Scan counts its turns by a sequence; this one is not looked at.
      inputs.append(numbers(Array(0..<loop.tripCount)))
      function.graph.addInput(function.freshName(), 7, [])
      sequences = 1
    }
    let stacked = results.count - loop.carriedCount
    var attributes: [(String, ONNXAttribute)] = [
      ("body", .graph(function.graph)), ("num_scan_inputs", .int(sequences)),
    ]
    func list(_ name: String, _ value: Int, _ count: Int) {
      if count > 0 { attributes.append((name, .ints(Array(repeating: value, count: count)))) }
    }
    let direction = loop.reverse ? 1 : 0
    list("scan_input_axes", hasSequences ? loop.axis : 0, sequences)
    list("scan_input_directions", direction, sequences)
    list("scan_output_axes", loop.axis, stacked)
    list("scan_output_directions", direction, stacked)
    let outputs = add("Scan", inputs, results: results.count, attributes)
    for (id, name) in zip(results, outputs) { define(id, name) }
  }
}
