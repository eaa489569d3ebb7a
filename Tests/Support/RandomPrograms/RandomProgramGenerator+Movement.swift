import Programs
import Tensors

extension RandomProgramGenerator {
  func addMovement() {
    switch source.int(0...6) {
    case 0:
      let x = pick()
      append(.movement(.reshape(otherShape(x.shape))), [x])
    case 1:
      let x = pick(rank: 2...4)
      append(.movement(.transpose(permutation: source.shuffled(Array(0..<x.rank)))), [x])
    case 2: addBroadcast()
    case 3: addSlice()
    case 4: addPad()
    case 5:
      let x = pick(rank: 1...4)
      append(.movement(.reverse(axes: (0..<x.rank).filter { _ in source.chance(50) })), [x])
    default: addConcatenate()
    }
  }

  /// Another shape of the same element count.
  private func otherShape(_ shape: Shape) -> Shape {
    var result = shape
    for _ in 0..<source.int(1...3) {
      if result.count >= 2, source.chance(50) {
        let axis = source.int(0...result.count - 2)
        result[axis] *= result.remove(at: axis + 1)
      } else if result.count < 4 {
        let axis = source.int(0...result.count)
        let extent = axis < result.count ? result[axis] : 1
        let divisors = (1...4).filter { extent % $0 == 0 }
        let divisor = source.element(divisors)
        if axis < result.count { result[axis] /= divisor }
        result.insert(axis < result.count ? divisor : 1, at: axis)
      }
    }
    return result
  }

  private func addBroadcast() {
    let x = pick(rank: 0...3)
    var shape: Shape = x.shape.map { $0 == 1 ? source.int(1...4) : $0 }
    var axes = Array(0..<x.rank)
    for _ in 0..<source.int(0...2) where shape.count < 5 {
      let place = source.int(0...shape.count)
      shape.insert(source.int(1...3), at: place)
      axes = axes.map { $0 >= place ? $0 + 1 : $0 }
    }
    append(.movement(.broadcast(shape, axes: axes)), [x])
  }

  private func addSlice() {
    let x = pick(rank: 1...4)
    var (start, limit, stride): ([Int], [Int], [Int]) = ([], [], [])
    for extent in x.shape {
      let isWhole = source.chance(40)
      start.append(isWhole ? 0 : source.int(0...extent))
      limit.append(isWhole ? extent : source.int(start[start.count - 1]...extent))
      stride.append(source.chance(70) ? 1 : source.int(1...3))
    }
    append(.movement(.slice(start: start, limit: limit, stride: stride)), [x])
  }

  private func addPad() {
    let x = pick(rank: 1...4)
    func numbers(_ range: ClosedRange<Int>) -> [Int] {
      x.shape.map { _ in source.chance(50) ? 0 : source.int(range) }
    }
    let op = MovementOp.pad(low: numbers(-2...2), high: numbers(-2...3), interior: numbers(0...2))
    append(.movement(op), [x, pick(ValueType(x.dtype, []))])
  }

  private func addConcatenate() {
    let x = pick(rank: 1...4)
    let axis = source.int(0...x.rank - 1)
    var operands = [x]
    for _ in 0..<source.int(1...2) {
      var type = x.type
      type.shape[axis] = source.int(0...3)
      let others = pool.filter { other in
        guard other.rank == x.rank, other.dtype == x.dtype else { return false }
        return x.shape.indices.allSatisfy { $0 == axis || other.shape[$0] == x.shape[$0] }
      }
      operands.append(others.isEmpty || source.chance(30) ? fresh(type) : source.element(others))
    }
    append(.movement(.concatenate(axis: axis)), source.shuffled(operands))
    guard source.chance(40), let joined = pool.last, joined.rank == x.rank else { return }
    // Often taken apart again, as window state is.
    let limit = source.int(0...joined.shape[axis])
    pool.append(joined.sliced(axis: axis, from: source.int(0...limit), to: limit))
  }
}
