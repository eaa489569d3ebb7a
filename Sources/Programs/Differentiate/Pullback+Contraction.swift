import Tensors

extension Pullback {
  func contraction(_ op: ContractionOp, _ g: Value) {
    switch op {
    case .dot(let dimensions): dot(dimensions, g)
    case .convolution(let dimensions): convolution(dimensions, g)
    }
  }

  private func dot(_ dimensions: DotDimensions, _ g: Value) {
    let gradient = DotGradient(
      dimensions: dimensions, leftRank: type(0).rank, rightRank: type(1).rank)
    if isWanted[0], !defers(.left(gradient), of: 0, with: 1, g) {
      contribute(to: 0, gradient.ofLeft(g, right: operand(1)))
    }
    if isWanted[1], !defers(.right(gradient), of: 1, with: 0, g) {
      contribute(to: 1, gradient.ofRight(g, left: operand(0)))
    }
  }

  /// Puts off the gradient of an operand that a loop captures until after the loop, where one
  /// contraction serves all iterations; not if the other operand too is the same in all iterations.
  func defers(
    _ kind: DeferredContraction.Kind, of index: Int, with other: Int, _ g: Value
  ) -> Bool {
    let captured = instruction.operands[index]
    guard pass.captured.contains(captured) else { return false }
    guard !pass.captured.contains(instruction.operands[other]) else { return false }
    pass.deferred.append(
      DeferredContraction(captured: captured, kind: kind, other: operand(other), cotangent: g))
    return true
  }

  private func convolution(_ dimensions: ConvolutionDimensions, _ g: Value) {
    guard g.shape.elementCount > 0 else { return }
    guard dimensions.batchGroups == 1 else {
      let ungrouped = expansion([type(0), type(1)]) { operands in
        dimensions.withoutBatchGroups(operands[0], operands[1])
      }
      return through(ungrouped)
    }
    let gradient = ConvolutionGradient(
      dimensions: dimensions, input: type(0).shape, kernel: type(1).shape)
    guard gradient.hasElements else { return }
    contribute(to: 0, gradient.ofInput(g, kernel: operand(1)))
    contribute(to: 1, gradient.ofKernel(g, input: operand(0)))
  }
}
