import Programs
import Tensors

extension Lowering {
  /// Lowers a sum of products.
  func contracted(
    _ op: ContractionOp, _ left: BufferView, _ right: BufferView, _ type: ValueType
  ) -> BufferView {
    if type.dtype == .bfloat16 || type.dtype == .float16 {
      // Exact in single precision, summed there and rounded once.
      let wide = [left, right].map { operand in
        let wideType = ValueType(.float32, operand.shape)
        return elementwise(.convert(.float32), .convert, [operand], wideType)
      }
      let sums = contracted(op, wide[0], wide[1], ValueType(.float32, type.shape))
      return elementwise(.convert(type.dtype), .convert, [sums], type)
    }
    if left.dtype == .float32, type.shape.elementCount > 0 {
      switch op {
      case .dot(let dimensions): return product(dimensions, left, right, type)
      case .convolution(let dimensions):
        if let target = convolved(dimensions, left, right, type) { return target }
      }
    }
    return generic(op, left, right, type)
  }

  /// Of other dtypes, and convolutions by batch groups.
  private func generic(
    _ op: ContractionOp, _ left: BufferView, _ right: BufferView, _ type: ValueType
  ) -> BufferView {
    let operands =
      switch op {
      case .dot: [left, right]
      case .convolution: [dense(left), dense(right)]
      }
    let target = result(type, of: operands)
    if target.count > 0 { add(.generic(.contraction(op)), operands, [target]) }
    return target
  }

  /// A dot in single precision on the product kernels.
  private func product(
    _ dimensions: DotDimensions, _ left: BufferView, _ right: BufferView, _ type: ValueType
  ) -> BufferView {
    guard var contraction = Contraction(dimensions, left, right) else {
      // Summed axes that do not lie in one stride are put side by side first.
      let l = gathered(left, dimensions.leftBatch, dimensions.leftContracting)
      let r = gathered(right, dimensions.rightBatch, dimensions.rightContracting)
      let batches = Array(0..<dimensions.leftBatch.count)
      return product(
        DotDimensions(
          leftBatch: batches, rightBatch: batches,
          leftContracting: Array(
            (l.shape.count - dimensions.leftContracting.count)..<l.shape.count),
          rightContracting: Array(
            (r.shape.count - dimensions.rightContracting.count)..<r.shape.count)),
        l, r, type)
    }
    guard isFixed(right), contraction.k > 0 else {
      let target = result(type, of: [left, right])
      add(.contraction(contraction), [left, right], [target])
      return target
    }
    var numbers: [Int: Int] = [:]
    var starts: [Int] = []
    for entry in contraction.batch where numbers[entry.b] == nil {
      numbers[entry.b] = starts.count
      starts.append(entry.b)
    }
    let layout = PanelLayout(
      starts: starts.map { $0 + right.offset }, k: contraction.k, n: contraction.n,
      rowStride: contraction.bTerm, columnStride: contraction.bColumn)
    let panels = packed(right.buffer, layout)
    for index in contraction.batch.indices {
      let number = numbers[contraction.batch[index].b] ?? 0
      contraction.batch[index].b = number * layout.matrixCount
    }
    contraction.isPacked = true
    let target = result(type, of: [left, panels])
    add(.contraction(contraction), [left, panels], [target])
    return target
  }

  /// A dense copy with the batch axes first and the summed axes last.
  private func gathered(_ view: BufferView, _ batch: [Int], _ summed: [Int]) -> BufferView {
    copied(view.transposed(batch + view.axes(except: batch + summed) + summed))
  }

  /// The panels of a right operand, packed before the program runs where it never changes.
  func packed(_ buffer: Int, _ layout: PanelLayout) -> BufferView {
    let packing = Packing(buffer: buffer, layout: layout)
    if let known = packings[packing] { return known }
    let type = ValueType(.float32, [layout.count])
    if case .parameter(let index) = schedule.buffers[buffer].storage {
      let name = schedule.names[buffer]
      let panels = BufferView(buffer: addBuffer(.packed(index, layout), type, name: name), type)
      packings[packing] = panels
      return panels
    }
    let source = BufferView(buffer: buffer, schedule.buffers[buffer].type)
    let panels = result(type, of: [source])
    add(.pack(layout), [source], [panels])
    if isFixed(panels) { packings[packing] = panels }
    return panels
  }
}
