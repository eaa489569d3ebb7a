import CKernels
import Testing

/// One head's operands, and its result by whole rows: every key, one step at a time.
private struct Head {
  var queries, keys, values, bias: [Float]
  var valid: [UInt8]
  var first, last: [Int32]
  var size: Int
  var valueSize: Int
  var softCap: Float = 0
  var useBias = false
  var zerosFullyMasked = false
  var queryCount: Int { first.count }
  var keyCount: Int { valid.count }

  init(queries m: Int, keys n: Int, size: Int, valueSize: Int, seed: Int) {
    var numbers = Numbers(seed)
    self.size = size
    self.valueSize = valueSize
    queries = numbers.units(m * size)
    keys = numbers.units(n * size)
    values = numbers.units(n * valueSize)
    bias = numbers.units(m * n)
    valid = (0..<n).map { _ in numbers.word() % 4 == 0 ? 0 : 1 }
    first = Array(repeating: 0, count: m)
    last = Array(repeating: Int32(n), count: m)
  }

  /// Context then probabilities.
  func run() -> [Float] {
    var context = [Float](repeating: -3, count: queryCount * valueSize)
    var probabilities = [Float](repeating: -3, count: queryCount * keyCount)
    let count = sw_attention_scratch_count(Int64(keyCount), Int64(keyCount), Int64(valueSize))
    var scratch = [Float](repeating: .nan, count: Int(count))
    context.withUnsafeMutableBufferPointer { context in
      probabilities.withUnsafeMutableBufferPointer { probabilities in
        withRows { rows in
          rows.context = context.baseAddress
          rows.probabilities = probabilities.baseAddress
          sw_attention(&rows, &scratch)
        }
      }
    }
    return context + probabilities
  }

  /// Contexts `[q, heads, size]`, then probabilities `[q, heads, keys]`, of operands of many heads.
  func runTogether(
    _ queries: [Float], _ keys: [Float], _ values: [Float], heads: Int, keyHeads: Int
  ) -> [Float] {
    var all = self
    (all.queries, all.keys, all.values) = (queries, keys, values)
    var context = [Float](repeating: -3, count: queryCount * heads * size)
    var probabilities = [Float](repeating: -3, count: queryCount * heads * keyCount)
    let count = sw_attention_scratch_count(Int64(keyCount), Int64(keyCount), Int64(size))
    var scratch = [Float](repeating: .nan, count: Int(count))
    context.withUnsafeMutableBufferPointer { context in
      probabilities.withUnsafeMutableBufferPointer { probabilities in
        all.withRows { rows in
          (rows.lastHead, rows.headsPerKeyHead) = (Int64(heads), Int64(heads / keyHeads))
          rows.queryStride *= Int64(heads)
          rows.keyStride *= Int64(keyHeads)
          rows.valueStride *= Int64(keyHeads)
          (rows.queryHeadStride, rows.keyHeadStride) = (Int64(size), Int64(size))
          (rows.valueHeadStride, rows.contextHeadStride) = (Int64(size), Int64(size))
          rows.contextStride *= Int64(heads)
          rows.probabilityStride *= Int64(heads)
          rows.probabilityHeadStride = Int64(keyCount)
          rows.context = context.baseAddress
          rows.probabilities = probabilities.baseAddress
          sw_attention(&rows, &scratch)
        }
      }
    }
    return context + probabilities
  }

  private func withRows(_ body: (inout sw_attention_rows) -> Void) {
    queries.withUnsafeBufferPointer { q in
      keys.withUnsafeBufferPointer { k in
        values.withUnsafeBufferPointer { v in
          bias.withUnsafeBufferPointer { b in
            valid.withUnsafeBufferPointer { valid in
              first.withUnsafeBufferPointer { first in
                last.withUnsafeBufferPointer { last in
                  var rows = sw_attention_rows()
                  (rows.lastHead, rows.headsPerKeyHead) = (1, 1)
                  rows.queryCount = Int64(queryCount)
                  rows.keyCount = Int64(keyCount)
                  rows.size = Int64(size)
                  rows.valueSize = Int64(valueSize)
                  (rows.queries, rows.keys, rows.values) =
                    (q.baseAddress, k.baseAddress, v.baseAddress)
                  (rows.queryStride, rows.keyStride, rows.valueStride) =
                    (Int64(size), Int64(size), Int64(valueSize))
                  rows.valid = valid.baseAddress
                  (rows.first, rows.last) = (first.baseAddress, last.baseAddress)
                  rows.bias = useBias ? b.baseAddress : nil
                  rows.biasStride = Int64(keyCount)
                  rows.softCap = softCap
                  rows.zerosFullyMasked = zerosFullyMasked ? 1 : 0
                  (rows.contextStride, rows.probabilityStride) =
                    (Int64(valueSize), Int64(keyCount))
                  body(&rows)
                }
              }
            }
          }
        }
      }
    }
  }

  func expected() -> [Float] {
    var contexts: [Float] = []
    var all: [Float] = []
    for i in 0..<queryCount {
      let p = expectedProbabilities(i)
      all += p
      for d in 0..<valueSize {
        contexts.append(sumInOrder(keyCount) { (p[$0], values[$0 * valueSize + d]) } + 0)
      }
    }
    return contexts + all
  }

  private func expectedProbabilities(_ i: Int) -> [Float] {
    let seen = (0..<keyCount).map { valid[$0] == 1 && $0 >= first[i] && $0 < last[i] }
    guard seen.contains(true) else {
      let share = zerosFullyMasked ? 0 : 1 / Float(keyCount)
      return Array(repeating: share, count: keyCount)
    }
    let scores = (0..<keyCount).map { j -> Float in
      var s = sumInOrder(size) { (queries[i * size + $0], keys[j * size + $0]) }
      if useBias { s += bias[i * keyCount + j] }
      if softCap > 0 { s = apply(SW_TANH, [s * (1 / softCap)])[0] * softCap }
      return seen[j] ? s : -.infinity
    }
    let top = scores.max() ?? 0
    let e = apply(SW_EXP, scores.map { $0 - top })
    let sum = sumOnLanes(e)
    return e.map { $0 / sum }
  }

  func check(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let y = expectSameBits(what, sourceLocation: sourceLocation) { run() }
    #expect(y.map(bits) == expected().map(bits), "\(what)", sourceLocation: sourceLocation)
  }
}

@Suite struct AttentionTests {
  @Test(
    "attention is the softmax over whole rows, whatever the blocks",
    arguments: [(1, 40, 8, 8), (3, 17, 5, 20), (33, 70, 16, 64), (70, 70, 4, 3), (2, 5000, 2, 3)])
  func wholeRows(_ m: Int, _ n: Int, _ size: Int, _ valueSize: Int) {
    var head = Head(queries: m, keys: n, size: size, valueSize: valueSize, seed: m + n)
    head.check("all keys")
    // A causal band.
    for i in 0..<m {
      let end = n - m + i + 1
      head.first[i] = Int32(max(0, end - 9))
      head.last[i] = Int32(max(0, end))
    }
    head.check("band")
    head.useBias = true
    head.softCap = 0.7
    head.check("bias and cap")
  }

  @Test("lanes and chunks are counted from the first key, wherever the band begins")
  func chunks() {
    var head = Head(queries: 3, keys: 4300, size: 2, valueSize: 5, seed: 8)
    head.first = [4000, 4021, 17]
    head.last = [4300, 4200, 30]
    head.check("band over a chunk's end")
  }

  @Test("a query that sees nothing averages all values, or gives zeros", arguments: [false, true])
  func fullyMasked(_ zeros: Bool) {
    var head = Head(queries: 5, keys: 50, size: 3, valueSize: 6, seed: 4)
    head.zerosFullyMasked = zeros
    (head.first[1], head.last[1]) = (20, 20)
    head.check("one fully masked query")
    head.valid = Array(repeating: 0, count: 50)
    head.check("all fully masked")
  }

  @Test(
    "heads done together have the bits of heads done alone",
    arguments: [(1, 40, 6, 3, 16), (1, 4130, 4, 4, 32), (1, 7, 50, 10, 64), (3, 90, 4, 2, 20)])
  func together(_ m: Int, _ n: Int, _ heads: Int, _ keyHeads: Int, _ size: Int) {
    var numbers = Numbers(m + n + heads)
    let together = (
      queries: numbers.units(m * heads * size), keys: numbers.units(n * keyHeads * size),
      values: numbers.units(n * keyHeads * size)
    )
    /// A head's rows out of rows of all heads.
    func only(_ head: Int, of count: Int, _ rows: [Float]) -> [Float] {
      var result: [Float] = []
      for start in stride(from: head * size, to: rows.count, by: count * size) {
        result += rows[start..<start + size]
      }
      return result
    }
    var one = Head(queries: m, keys: n, size: size, valueSize: size, seed: n)
    one.first = (0..<m).map { Int32($0 + n / 5) }
    let y = expectSameBits("\(heads) heads") {
      one.runTogether(
        together.queries, together.keys, together.values, heads: heads, keyHeads: keyHeads)
    }
    for head in 0..<heads {
      let keyHead = head / (heads / keyHeads)
      one.queries = only(head, of: heads, together.queries)
      one.keys = only(keyHead, of: keyHeads, together.keys)
      one.values = only(keyHead, of: keyHeads, together.values)
      let alone = one.expected()
      let context = only(head, of: heads, Array(y[..<(m * heads * size)]))
      #expect(context.map(bits) == alone[..<(m * size)].map(bits), "context of head \(head)")
      let shares = Array(y[(m * heads * size)...])
      for query in 0..<m {
        let row = shares[((query * heads + head) * n)...].prefix(n)
        let expected = alone[(m * size + query * n)...].prefix(n)
        #expect(row.map(bits) == expected.map(bits), "probabilities of head \(head)")
      }
    }
  }
}
