import Tensors

extension MovementOp {
  func evaluated(_ operands: [ReferenceArray]) -> ReferenceArray {
    let x = operands[0]
    let shape = x.type.shape
    let strides = shape.rowMajorStrides
    switch self {
    case .reshape(let target):
      var result = x
      result.type.shape = target
      return result
    case .transpose(let permutation):
      let target = permutation.map { shape[$0] }
      let positions = Positions.walk(target, permutation.map { strides[$0] })
      return x.taking(positions, as: target)
    case .broadcast(let target, let axes):
      var steps: [Int] = Array(repeating: 0, count: target.count)
      for (axis, place) in axes.enumerated() where shape[axis] != 1 {
        steps[place] = strides[axis]
      }
      return x.taking(Positions.walk(target, steps), as: target)
    case .slice(let start, let limit, let step):
      let chosen = shape.indices.map { axis in
        Array(Swift.stride(from: start[axis], to: limit[axis], by: step[axis]))
      }
      return x.taking(Positions.choose(chosen, strides), as: chosen.map(\.count))
    case .pad(let low, let high, let interior):
      let chosen = shape.indices.map { axis in
        let hop = interior[axis] + 1
        let stuffed = shape[axis] + Swift.max(shape[axis] - 1, 0) * interior[axis]
        return (-low[axis]..<stuffed + high[axis]).map { place in
          place >= 0 && place < stuffed && place % hop == 0 ? place / hop : -1
        }
      }
      return x.taking(
        Positions.choose(chosen, strides), as: chosen.map(\.count), filler: operands[1])
    case .reverse(let axes):
      let chosen = shape.indices.map { axis in
        axes.contains(axis) ? Array((0..<shape[axis]).reversed()) : Array(0..<shape[axis])
      }
      return x.taking(Positions.choose(chosen, strides), as: shape)
    case .concatenate(let axis):
      var target = shape
      target[axis] = operands.reduce(0) { $0 + $1.type.shape[axis] }
      let steps = target.rowMajorStrides
      var result = x.taking(Array(repeating: -1, count: target.elementCount), as: target)
      var start = 0
      for operand in operands {
        let part = operand.type.shape
        let places = Positions.walk(part, steps, from: start * steps[axis])
        result = result.replacing(places, with: operand)
        start += part[axis]
      }
      return result
    }
  }
}
