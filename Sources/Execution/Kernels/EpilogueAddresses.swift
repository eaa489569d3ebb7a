import CKernels

/// Where a kernel finds the operands of its epilogue, and where it puts masked rows.
struct EpilogueAddresses {
  private let bias: BufferAddress?
  private let activation: sw_activation
  private let residual: BufferAddress?
  private let mask: BufferAddress?
  private let masked: BufferAddress?
  private let columns: Int

  /// For a result of so many columns; `results` are those of the task.
  init(_ epilogue: Epilogue, columns: Int, results: [BufferView]) {
    bias = epilogue.bias.map { BufferAddress($0) }
    activation = epilogue.activation?.epilogueCode ?? SW_ACTIVATION_NONE
    residual = epilogue.residual.map { BufferAddress($0) }
    mask = epilogue.mask.map { BufferAddress($0) }
    masked = epilogue.keepsUnmasked ? BufferAddress(results[1]) : nil
    self.columns = columns
  }

  /// The epilogue of the part of the result that begins at a row and a column.
  @inline(__always)
  func at(row: Int, column: Int, _ context: ExecutionContext) -> sw_epilogue {
    var epilogue = sw_epilogue()
    if let bias { epilogue.bias = UnsafePointer(bias.floats(context) + column) }
    epilogue.activation = activation
    if let residual {
      epilogue.residual = UnsafePointer(residual.floats(context) + row * columns + column)
      epilogue.residualStride = Int64(columns)
    }
    if let mask {
      let flags = mask.address(context).assumingMemoryBound(to: UInt8.self)
      epilogue.mask = UnsafePointer(flags + row)
    }
    if let masked {
      epilogue.masked = masked.floats(context) + row * columns + column
      epilogue.maskedStride = Int64(columns)
    }
    return epilogue
  }
}
