import Programs
import Tensors

/// Indices that are an affine function of the position: `base + Σ steps[i] · index[i]`.
struct AffineIndices {
  var base: Int
  var steps: [Int]

  init(base: Int, steps: [Int]) {
    self.base = base
    self.steps = steps
  }

  /// The numbers of a tensor; nil if they are no affine function, or too many to look at.
  init?(_ tensor: Tensor) {
    guard tensor.count > 0, tensor.count <= 1 << 16 else { return nil }
    let numbers = tensor.doubles().map { Int($0) }
    let strides = tensor.shape.rowMajorStrides
    base = numbers[0]
    steps = tensor.shape.indices.map { axis in
      tensor.shape[axis] > 1 ? numbers[strides[axis]] - numbers[0] : 0
    }
    for (place, number) in numbers.enumerated() {
      var (rest, expected) = (place, base)
      for (stride, step) in zip(strides, steps) {
        expected += rest / stride * step
        rest %= stride
      }
      guard number == expected else { return nil }
    }
  }

  /// The smallest and the largest index of a non-empty shape.
  func bounds(_ shape: Shape) -> ClosedRange<Int> {
    var (low, high) = (base, base)
    for (step, extent) in zip(steps, shape) {
      if step < 0 { low += step * (extent - 1) } else { high += step * (extent - 1) }
    }
    return low...high
  }
}

extension Lowering {
  /// A gather at affine indices, such as the frames of a spectrogram, as a view of the data in which
  /// entries may occur several times; nil for other gathers.
  func windows(
    _ op: IndexingOp, _ instruction: Instruction, _ operands: [BufferView], _ program: Program
  ) -> BufferView? {
    let type = program[instruction.results[0]]
    guard case .gather(let axis, let batchAxes, _) = op, type.shape.elementCount > 0 else {
      return nil
    }
    let (data, indices) = (operands[0], instruction.operands[1])
    guard let affine = affineIndices(indices, program, Lowering.producers(program)),
      affine.steps[..<batchAxes].allSatisfy({ $0 == 0 })
    else { return nil }
    let bounds = affine.bounds(program[indices].shape)
    guard bounds.lowerBound >= 0, bounds.upperBound < data.shape[axis] else { return nil }
    var view = data
    view.offset += affine.base * data.strides[axis]
    view.shape = type.shape
    view.strides =
      Array(data.strides[..<axis])
      + affine.steps[batchAxes...].map { $0 * data.strides[axis] }
      + Array(data.strides[(axis + 1)...])
    return view
  }

  private func affineIndices(
    _ id: ValueID, _ program: Program, _ producers: [ValueID: Instruction]
  ) -> AffineIndices? {
    guard let instruction = producers[id], program[id].dtype == .int32 else { return nil }
    let rank = program[id].rank
    func operand(_ index: Int) -> AffineIndices? {
      affineIndices(instruction.operands[index], program, producers)
    }
    switch instruction.op {
    case .constant(let tensor):
      return AffineIndices(tensor)
    case .iota(_, let axis):
      var steps = Array(repeating: 0, count: rank)
      steps[axis] = 1
      return AffineIndices(base: 0, steps: steps)
    case .binary(.add):
      guard let a = operand(0), let b = operand(1) else { return nil }
      return AffineIndices(base: a.base + b.base, steps: zip(a.steps, b.steps).map { $0 + $1 })
    case .binary(.mul):
      guard let a = operand(0), let b = operand(1) else { return nil }
      let (affine, factor) = b.steps.allSatisfy({ $0 == 0 }) ? (a, b) : (b, a)
      guard factor.steps.allSatisfy({ $0 == 0 }) else { return nil }
      return AffineIndices(
        base: affine.base * factor.base, steps: affine.steps.map { $0 * factor.base })
    case .movement(.broadcast(let shape, let axes)):
      guard let source = operand(0) else { return nil }
      let extents = program[instruction.operands[0]].shape
      var steps = Array(repeating: 0, count: shape.count)
      for (index, axis) in axes.enumerated() where extents[index] == shape[axis] {
        steps[axis] = source.steps[index]
      }
      return AffineIndices(base: source.base, steps: steps)
    case .convert, .bitcast, .random, .unary, .binary, .compare, .select, .movement, .reduction,
      .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
      return nil
    }
  }
}
