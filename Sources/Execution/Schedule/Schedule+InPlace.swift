import Programs

/// A result that may take the memory of an operand if nothing reads that later.
struct InPlacePair: Hashable {
  var result: Int
  var operand: Int
}

extension Schedule {
  /// Which operands of a task its first result may overwrite: the kernel reads element i of them before
  /// it writes element i of the result, and nothing else of them afterwards.
  func inPlacePairs(of task: ScheduledTask) -> [InPlacePair] {
    switch task.op {
    case .elementwise: return pairs(task, among: task.operands, besides: [])
    case .contraction(let contraction):
      return pairs(task, among: contraction.epilogue.operands, besides: task.operands)
    case .convolution(let convolution):
      let own = task.operands + (convolution.mask.map { [$0] } ?? [])
      return pairs(task, among: convolution.epilogue.operands, besides: own)
    case .rowwise(.softmax), .rowwise(.rmsNorm), .rowwise(.layerNorm):
      return pairs(task, among: Array(task.operands.prefix(1)), besides: [])
    case .generic(let op): return pairs(task, op)
    case .rowTiles(let tiles): return pairs(tiles)
    case .rowwise(.fourier), .attention, .lstmCell, .copy, .pack, .loop: return []
    }
  }

  /// Pairs of the first result with operands that lie as it does and are read in one way only.
  private func pairs(
    _ task: ScheduledTask, among operands: [BufferView], besides others: [BufferView]
  ) -> [InPlacePair] {
    guard let result = task.results.first else { return [] }
    let replaceable = operands.filter { operand in
      isReplaceable(operand, by: result)
        && operands.allSatisfy { $0 == operand || $0.buffer != operand.buffer }
        && !others.contains { $0.buffer == operand.buffer }
    }
    return replaceable.map { InPlacePair(result: result.buffer, operand: $0.buffer) }
  }

  private func pairs(_ task: ScheduledTask, _ op: Op) -> [InPlacePair] {
    switch op {
    case .unary, .binary, .compare, .select, .convert:
      return pairs(task, among: task.operands, besides: [])
    case .indexing(.scatterAdd), .indexing(.dynamicUpdate):
      // Positions and updates are read while the result is written.
      let (base, others) = (task.operands.prefix(1), task.operands.dropFirst())
      return pairs(task, among: Array(base), besides: Array(others))
    case .constant, .iota, .bitcast, .random, .movement, .reduction, .contraction, .indexing, .fft,
      .loop, .composite, .stopGradient:
      return []
    }
  }

  /// Pairs of the tasks of row tiles that hold in every tile.
  ///
  /// The operand is read row by row before the result and by no task behind it. Values of which only a
  /// tile exists have memory of their own.
  private func pairs(_ tiles: RowTiles) -> [InPlacePair] {
    let inside = Set(tiles.values.map(\.buffer))
    var lastRead: [Int: Int] = [:]
    for (index, task) in tiles.tasks.enumerated() {
      for buffer in task.readBuffers { lastRead[buffer] = index }
    }
    var readAcross: Set<Int> = []
    var result: [InPlacePair] = []
    for (index, task) in tiles.tasks.enumerated() {
      readAcross.formUnion(
        task.readBuffers.filter { !readsRowByRow(task, $0, rowCount: tiles.rowCount) })
      for pair in inPlacePairs(of: task)
      where !inside.contains(pair.result) && !inside.contains(pair.operand) {
        let isReadLater = lastRead[pair.operand].map { $0 > index } ?? false
        if !isReadLater, !readAcross.contains(pair.operand) { result.append(pair) }
      }
    }
    return result
  }

  /// Whether a task reads the rows of a buffer as dense rows of its own.
  private func readsRowByRow(_ task: ScheduledTask, _ buffer: Int, rowCount: Int) -> Bool {
    guard task.rows?.keepsToRows == true else { return false }
    return task.reads.filter { $0.buffer == buffer }.allSatisfy {
      $0.offset == 0 && $0.isDense && $0.count % rowCount == 0
    }
  }
}
