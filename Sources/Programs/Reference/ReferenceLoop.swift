import Tensors

extension LoopOp {
  func evaluated(_ operands: [ReferenceArray]) -> [ReferenceArray] {
    let captured = Array(operands[..<capturedCount])
    let slicedStart = capturedCount + carriedCount
    var carried = Array(operands[capturedCount..<slicedStart])
    let sliced = Array(operands[slicedStart...])
    var stacked = body.outputTypes[carriedCount...].map { type in
      var shape = type.shape
      shape.insert(tripCount, at: axis)
      return ReferenceArray(Tensor(zeros: shape, type.dtype))
    }
    for iteration in 0..<tripCount {
      let place = reverse ? tripCount - 1 - iteration : iteration
      let slices = sliced.map { $0.taking(positions($0, place), as: removingAxis($0.type.shape)) }
      let results = ReferenceEvaluator.outputs(body, captured + carried + slices)
      carried = Array(results[..<carriedCount])
      for (index, result) in results[carriedCount...].enumerated() {
        stacked[index] = stacked[index].replacing(positions(stacked[index], place), with: result)
      }
    }
    return carried + stacked
  }

  private func positions(_ array: ReferenceArray, _ place: Int) -> [Int] {
    let strides = array.type.shape.rowMajorStrides
    return Positions.walk(
      removingAxis(array.type.shape), removingAxis(strides), from: place * strides[axis])
  }

  private func removingAxis(_ numbers: [Int]) -> [Int] {
    var rest = numbers
    rest.remove(at: axis)
    return rest
  }
}
