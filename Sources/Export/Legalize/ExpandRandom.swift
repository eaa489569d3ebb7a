import Programs
import Tensors

extension Rewrite {
  /// Random words by the arithmetic of Philox 4×32 with 10 rounds, products of 32-bit words by 16-bit
  /// halves: no target has 64-bit unsigned arithmetic in common, and all have this.
  static let expandRandom = Rewrite(name: "random") { operation in
    guard case .random(let op) = operation.op else { return nil }
    let (seed, rowKeys, positions) = (
      operation.operands[0], operation.operands[1], operation.operands[2]
    )
    let (batch, time) = (positions.shape[0], positions.shape[1])
    let groups = (op.count + 3) / 4
    let builder = operation.builder
    let type = ValueType(.uint32, [batch, time, groups])
    guard batch * time * groups > 0 else { return [builder.full(0, operation.results[0])] }
    func wide(_ value: Value, _ axes: [Int]) -> Value {
      value.broadcast(to: type.shape, axes: axes)
    }
    func word(_ index: Int) -> Value { wide(seed.element(index, axis: 0), []) }
    var key = [word(0).binary(.xor, Double(op.stream)), word(1)]
    var x = [
      wide(rowKeys, [0]), wide(positions.bitcast(to: .uint32), [0, 1]),
      builder.iota(type, axis: 2), builder.full(0, type),
    ]
    for _ in 0..<10 {
      let first = x[0].product(0xD251_1F53)
      let second = x[2].product(0xCD9E_8D57)
      x = [
        second.high.binary(.xor, x[1]).binary(.xor, key[0]), second.low,
        first.high.binary(.xor, x[3]).binary(.xor, key[1]), first.low,
      ]
      key = [key[0].adding(0x9E37_79B9), key[1].adding(0xBB67_AE85)]
    }
    let words = Value.concatenate(x.map { $0.expandingAxes([3]) }, axis: 3)
    let flat = words.reshaped([batch, time, 4 * groups])
    return [flat.sliced(axis: 2, from: 0, to: op.count)]
  }
}

extension Value {
  /// The upper and lower half of the 64-bit product with a constant.
  fileprivate func product(_ factor: UInt32) -> (high: Value, low: Value) {
    let (upper, lower) = (Double(factor >> 16), Double(factor & 0xFFFF))
    let high = binary(.shr, 16)
    let low = self - high.scaled(by: 65536)
    let lowLow = low.scaled(by: lower)
    let cross = high.scaled(by: lower) + lowLow.binary(.shr, 16)
    let carry = cross.binary(.shr, 16)
    let middle = low.scaled(by: upper) + (cross - carry.scaled(by: 65536))
    let top = high.scaled(by: upper) + carry + middle.binary(.shr, 16)
    return (top, scaled(by: Double(factor)))
  }
}
