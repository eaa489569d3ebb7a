import Programs
import Tensors

/// `0, 1, 2, …` along the middle axis of a dense `[outer, n, inner]`; truths are false, true, true, ….
final class IotaKernel: Kernel {
  private let target: BufferAddress
  private let dtype: DType
  private let extents: MiddleAxis

  init(to target: BufferView, axis: Int) {
    self.target = BufferAddress(target)
    dtype = target.dtype
    extents = MiddleAxis(target.shape, axis)
  }

  override func run(_ context: ExecutionContext) {
    let greatest = dtype == .bool ? 1 : Int.max
    dtype.visit(Pass(extents: extents, greatest: greatest, y: target.address(context)))
  }

  private struct Pass: ElementVisitor {
    let extents: MiddleAxis
    /// The greatest number that the elements hold.
    let greatest: Int
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      for line in 0..<extents.lineCount {
        let start = extents.start(line)
        for index in 0..<extents.count {
          let value = min(index, greatest)
          let number =
            E.Number.isInteger
            ? E.Number(converting: Int64(value)) : E.Number(converting: Double(value))
          E.store(number, y, start + index * extents.inner)
        }
      }
    }
  }
}

/// Random words: see `RandomOp`.
final class RandomKernel: Kernel {
  private let op: RandomOp
  private let seed: BufferAddress
  private let rowKeys: BufferAddress
  private let positions: BufferAddress
  private let target: BufferAddress
  private let rowCount: Int
  private let stepCount: Int

  init(
    _ op: RandomOp, seed: BufferView, rowKeys: BufferView, positions: BufferView,
    to target: BufferView
  ) {
    self.op = op
    self.seed = BufferAddress(seed)
    self.rowKeys = BufferAddress(rowKeys)
    self.positions = BufferAddress(positions)
    self.target = BufferAddress(target)
    rowCount = positions.shape[0]
    stepCount = positions.shape[1]
  }

  override func run(_ context: ExecutionContext) {
    let seed = UnsafePointer(self.seed.address(context).assumingMemoryBound(to: UInt32.self))
    let keys = UnsafePointer(rowKeys.address(context).assumingMemoryBound(to: UInt32.self))
    let steps = UnsafePointer(positions.address(context).assumingMemoryBound(to: UInt32.self))
    let words = target.address(context).assumingMemoryBound(to: UInt32.self)
    let key = SIMD2(seed[0] ^ op.stream, seed[1])
    for row in 0..<rowCount {
      for step in 0..<stepCount {
        let start = (row * stepCount + step) * op.count
        for first in stride(from: 0, to: op.count, by: 4) {
          let position = steps[row * stepCount + step]
          let counter = SIMD4(keys[row], position, UInt32(first / 4), 0)
          let drawn = Philox.words(key: key, counter: counter)
          for word in first..<min(first + 4, op.count) { words[start + word] = drawn[word - first] }
        }
      }
    }
  }
}
