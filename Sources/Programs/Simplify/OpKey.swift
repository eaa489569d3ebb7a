import Tensors

/// What two instructions must share to give the same values for the same operands.
enum OpKey: Hashable {
  case constant(ValueType, [UInt8])
  case iota(ValueType, Int)
  case convert(DType)
  case bitcast(DType)
  case random(RandomOp)
  case unary(UnaryOp)
  case binary(BinaryOp)
  case compare(CompareOp)
  case select
  case movement(MovementOp)
  case reduction(ReductionOp)
  case contraction(ContractionOp)
  case indexing(IndexingOp)
  case fft(FFTOp)
  case stopGradient

  /// Nil for loops, composites and large constants, which are not compared.
  init?(_ op: Op) {
    switch op {
    case .constant(let tensor):
      guard tensor.byteCount <= 1024 else { return nil }
      self = .constant(
        ValueType(tensor.dtype, tensor.shape), tensor.withUnsafeBytes { Array($0) })
    case .iota(let type, let axis): self = .iota(type, axis)
    case .convert(let dtype): self = .convert(dtype)
    case .bitcast(let dtype): self = .bitcast(dtype)
    case .random(let op): self = .random(op)
    case .unary(let op): self = .unary(op)
    case .binary(let op): self = .binary(op)
    case .compare(let op): self = .compare(op)
    case .select: self = .select
    case .movement(let op): self = .movement(op)
    case .reduction(let op): self = .reduction(op)
    case .contraction(let op): self = .contraction(op)
    case .indexing(let op): self = .indexing(op)
    case .fft(let op): self = .fft(op)
    case .stopGradient: self = .stopGradient
    case .loop, .composite: return nil
    }
  }
}
