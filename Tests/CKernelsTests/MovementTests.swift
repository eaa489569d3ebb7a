import CKernels
import Testing

@Suite struct MovementTests {
  @Test("a strided copy puts every element in its place", arguments: [1, 2, 4, 8])
  func transposes(width: Int) {
    let extents: [Int64] = [2, 1, 3, 4]
    // Destination dense in the order (3, 0, 2) of the source's axes.
    let fromStrides: [Int64] = [12, 12, 4, 1]
    let toStrides: [Int64] = [3, 3, 1, 6]
    let from = (0..<24 * width).map { UInt8($0 % 251) }
    var to = [UInt8](repeating: 255, count: from.count)
    sw_copy_strided(&to, toStrides, from, fromStrides, extents, 4, Int32(width))
    for a in 0..<2 {
      for b in 0..<3 {
        for c in 0..<4 {
          let source = (a * 12 + b * 4 + c) * width
          let place = (a * 3 + b + c * 6) * width
          #expect(to[place..<place + width] == from[source..<source + width])
        }
      }
    }
  }

  @Test("negative strides reverse and stride 0 repeats")
  func reverses() {
    let from: [Int32] = [1, 2, 3]
    var to = [Int32](repeating: 0, count: 6)
    from.withUnsafeBufferPointer { from in
      guard let base = from.baseAddress else { return }
      sw_copy_strided(&to, [3, 1], base + 2, [0, -1], [2, 3], 2, 4)
    }
    #expect(to == [3, 2, 1, 3, 2, 1])
  }

  @Test("an empty axis copies nothing")
  func empty() {
    var to: [Int32] = [7]
    sw_copy_strided(&to, [1, 1], [Int32(1)], [1, 1], [3, 0], 2, 4)
    #expect(to == [7])
  }
}
