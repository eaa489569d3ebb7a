import Tensors

extension Planner {
  /// Lets products do to their sums what a chain would do to them afterwards, if nobody else reads the
  /// sums.
  func finishProducts() {
    let uses = useCounts()
    for block in blocks.indices {
      var tasks: [PlannedTask?] = blocks[block].tasks
      var products: [Int: Int] = [:]
      for (index, task) in blocks[block].tasks.enumerated() {
        if task.kernel is any FinishingProduct, let result = task.writeViews.first,
          case .arena = buffers[result.buffer].home, uses[result.buffer] == 2
        {
          products[result.buffer] = index
        }
        guard let place = task.reads.lazy.compactMap({ products[$0] }).first,
          let product = tasks[place],
          !tasks[place + 1..<index].contains(where: { $0?.writes(anyOf: product.reads) ?? false }),
          let finished = finished(product, by: task)
        else { continue }
        tasks[place] = nil
        tasks[index] = finished
      }
      blocks[block].tasks = tasks.compactMap { $0 }
    }
  }

  /// A product that also does what the chain behind it does; nil where it cannot.
  private func finished(_ product: PlannedTask, by chain: PlannedTask) -> PlannedTask? {
    guard let kernel = product.kernel as? any FinishingProduct,
      let columns = kernel.finishedColumns, let sums = product.writeViews.first,
      let tiles = chain.kernel as? TileKernel, !chain.writes(anyOf: product.reads),
      let (finish, target) = tiles.finish(of: sums, columns: columns, results: chain.writeViews)
    else { return nil }
    kernel.finish(finish, to: target)
    var task = product
    task.readViews += finish.reads
    task.reads += finish.reads.map(\.buffer)
    task.writeViews = chain.writeViews
    task.writes = chain.writes + product.scratch.sorted()
    // The product's own operands are read again behind its first results.
    task.inPlace = chain.inPlace.filter {
      $0.operand != sums.buffer && !product.reads.contains($0.operand)
    }
    return task
  }
}

extension PlannedTask {
  fileprivate func writes(anyOf buffers: [Int]) -> Bool {
    !Set(writes).isDisjoint(with: buffers)
  }
}
