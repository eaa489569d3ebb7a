import CKernels
import Programs
import Tensors

/// The extents of an attention composite: queries `[b, q, n, h]`, keys and values `[b, k, m, h]`,
/// a key mask `[b, k]` and perhaps a bias `[b or 1, n, q, k]`.
struct AttentionLayout {
  var batch: Int
  var queryCount: Int
  var heads: Int
  var keyCount: Int
  var keyHeads: Int
  var size: Int
  var valueSize: Int
  /// Which keys every query may see.
  var first: [Int32]
  var last: [Int32]
  var softCap: Float
  /// Whether a query that sees no key gives zeros instead of the mean of all values.
  var zerosFullyMasked: Bool
  /// Whether the keys are a window that slides along.
  var isSliding: Bool
  var biasBatch: Int

  /// Nil where the kernel does not serve these operands.
  init?(_ attributes: KnownComposite.AttentionAttributes, _ operands: [BufferView]) {
    guard operands.count == 4 || operands.count == 5, operands[0].shape.count == 4,
      operands[..<3].allSatisfy({ $0.dtype == .float32 && $0.hasUnitRows }),
      operands.count == 4 || operands[4].dtype == .float32
    else { return nil }
    batch = operands[0].shape[0]
    queryCount = operands[0].shape[1]
    heads = operands[0].shape[2]
    size = operands[0].shape[3]
    keyCount = operands[1].shape[1]
    keyHeads = operands[1].shape[2]
    valueSize = operands[2].shape[3]
    guard keyCount > 0 else { return nil }
    softCap = Float(attributes.softCap)
    zerosFullyMasked = attributes.zerosFullyMasked
    isSliding = attributes.isSliding
    biasBatch = operands.count > 4 ? operands[4].shape[0] : 0
    first = []
    last = []
    let (past, future, offset) = (attributes.past, attributes.future, attributes.offset)
    for query in 0..<queryCount {
      let place = query + offset
      let low = past < 0 ? 0 : min(max(place - past, 0), keyCount)
      let high = future < 0 ? keyCount : min(max(place + future + 1, 0), keyCount)
      first.append(Int32(low))
      last.append(Int32(max(low, high)))
    }
    scratchCount = (AttentionLayout.widestBlock(first, last, keyCount, valueSize) + 15) / 16 * 16
  }

  /// Floats of scratch that the widest block of queries needs, rounded up to whole cache lines.
  let scratchCount: Int

  private static func widestBlock(
    _ first: [Int32], _ last: [Int32], _ keyCount: Int, _ valueSize: Int
  ) -> Int {
    var span = 0
    let block = Int(SW_ATTENTION_BLOCK)
    for start in stride(from: 0, to: first.count, by: block) {
      let range = start..<min(start + block, first.count)
      let low = range.map { Int(first[$0]) }.min() ?? 0
      let high = range.map { Int(last[$0]) }.max() ?? 0
      span = max(span, high - low / 16 * 16)
    }
    return Int(sw_attention_scratch_count(Int64(span), Int64(keyCount), Int64(valueSize)))
  }
}

/// Softmax attention in single precision, head by head.
final class AttentionKernel: Kernel {
  private let layout: AttentionLayout
  private let queries: BufferAddress
  private let keys: BufferAddress
  private let values: BufferAddress
  private let mask: BufferAddress
  private let bias: BufferAddress?
  private let scratch: BufferAddress
  private let output: BufferAddress
  private let probabilities: BufferAddress?
  private let queryStrides: [Int]
  private let keyStrides: [Int]
  private let valueStrides: [Int]
  private let ranges: UnsafeMutablePointer<Int32>
  private let share: AttentionShare

  init(
    _ layout: AttentionLayout, _ operands: [BufferView], scratch: BufferAddress,
    to targets: [BufferView]
  ) {
    self.layout = layout
    queries = BufferAddress(operands[0])
    keys = BufferAddress(operands[1])
    values = BufferAddress(operands[2])
    mask = BufferAddress(operands[3])
    bias = operands.count > 4 ? BufferAddress(operands[4]) : nil
    self.scratch = scratch
    output = BufferAddress(targets[0])
    probabilities = targets.count > 1 ? BufferAddress(targets[1]) : nil
    queryStrides = operands[0].strides
    keyStrides = operands[1].strides
    valueStrides = operands[2].strides
    share = AttentionShare(layout)
    let count = layout.queryCount
    ranges = .allocate(capacity: max(2 * count, 1))
    for index in 0..<count {
      (ranges + index).initialize(to: layout.first[index])
      (ranges + count + index).initialize(to: layout.last[index])
    }
  }

  deinit { ranges.deallocate() }

  override func run(_ context: ExecutionContext) {
    if share.work >= Self.longWork, context.watch != nil {
      runWatched(context, isEven: share.isEven)
      return
    }
    guard let pool = context.pool, pool.threadCount > 1, share.work >= pool.threshold,
      share.isEven(pool.threadCount)
    else {
      run(part: 0, of: 1, context)
      return
    }
    pool.parallelFor(count: pool.threadCount, self, context)
  }

  /// Parts are blocks of queries; each part has a scratch of its own.
  override func run(part: Int, of count: Int, _ context: ExecutionContext) {
    var rows = sw_attention_rows()
    rows.keyCount = Int64(layout.keyCount)
    rows.size = Int64(layout.size)
    rows.valueSize = Int64(layout.valueSize)
    rows.queryStride = Int64(queryStrides[1])
    rows.keyStride = Int64(keyStrides[1])
    rows.valueStride = Int64(valueStrides[1])
    rows.softCap = layout.softCap
    rows.sliding = layout.isSliding ? 1 : 0
    rows.zerosFullyMasked = layout.zerosFullyMasked ? 1 : 0
    rows.contextStride = Int64(layout.heads * layout.valueSize)
    rows.probabilityStride = Int64(layout.heads * layout.keyCount)
    rows.biasStride = Int64(layout.keyCount)
    rows.headsPerKeyHead = Int64(layout.heads / layout.keyHeads)
    rows.queryHeadStride = Int64(queryStrides[2])
    rows.keyHeadStride = Int64(keyStrides[2])
    rows.valueHeadStride = Int64(valueStrides[2])
    rows.contextHeadStride = Int64(layout.valueSize)
    rows.probabilityHeadStride = Int64(layout.keyCount)
    rows.biasHeadStride = Int64(layout.queryCount * layout.keyCount)
    let memory = scratch.floats(context) + part * layout.scratchCount
    share.forEach(part, of: count) { batch, heads, queries in
      rows.firstHead = Int64(heads.lowerBound)
      rows.lastHead = Int64(heads.upperBound)
      attend(&rows, batch, queries, context, memory)
    }
  }

  private func attend(
    _ rows: inout sw_attention_rows, _ batch: Int, _ queryRange: Range<Int>,
    _ context: ExecutionContext,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let start = queryRange.lowerBound
    rows.queryCount = Int64(queryRange.count)
    rows.first = UnsafePointer(ranges + start)
    rows.last = UnsafePointer(ranges + layout.queryCount + start)
    let query = batch * queryStrides[0] + start * queryStrides[1]
    rows.queries = UnsafePointer(queries.floats(context) + query)
    rows.keys = UnsafePointer(keys.floats(context) + batch * keyStrides[0])
    rows.values = UnsafePointer(values.floats(context) + batch * valueStrides[0])
    let valid = mask.address(context).assumingMemoryBound(to: UInt8.self)
    rows.valid = UnsafePointer(valid + batch * layout.keyCount)
    let place = (batch * layout.queryCount + start) * layout.heads
    rows.context = output.floats(context) + place * layout.valueSize
    if let probabilities {
      rows.probabilities = probabilities.floats(context) + place * layout.keyCount
    }
    if let bias {
      let row = layout.biasBatch > 1 ? batch * layout.heads : 0
      rows.bias = UnsafePointer(
        bias.floats(context) + (row * layout.queryCount + start) * layout.keyCount)
    }
    sw_attention(&rows, scratch)
  }
}
