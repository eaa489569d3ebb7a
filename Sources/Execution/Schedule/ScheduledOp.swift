import Programs
import Tensors

/// What a scheduled task computes: everything about its kernel but where operands and results are.
///
/// A new kind of operation is a case here; the compiler then lists what it needs: rows, memory in place
/// of operands, checks, text and a kernel.
enum ScheduledOp {
  /// Matrix products with an epilogue.
  case contraction(Contraction)
  /// A convolution with a window, a mask of its input and an epilogue.
  case convolution(Convolution)
  /// Elementwise operations that run together.
  case elementwise(FusedElementwise)
  /// A function of every row.
  case rowwise(RowFunction)
  /// Softmax attention: operands and results as `KnownComposite.attention` has them.
  case attention(KnownComposite.AttentionAttributes)
  /// The gates of an LSTM: operands as `KnownComposite.lstmCell` has them, and perhaps a second part of
  /// the gates, which is added to the first.
  case lstmCell
  /// A copy between views of equal shape.
  case copy
  /// Packs right operands of products into panels.
  case pack(PanelLayout)
  /// A loop with a block of its own.
  case loop(ScheduledLoop)
  /// Tasks that run one tile of rows after the other.
  case rowTiles(RowTiles)
  /// Any other operation of a program, on dense operands.
  case generic(Op)
}

extension ScheduledOp {
  /// Operands that are named in the operation, besides those of the task.
  var namedOperands: [BufferView] {
    switch self {
    case .contraction(let contraction): contraction.epilogue.operands
    case .convolution(let convolution):
      (convolution.mask.map { [$0] } ?? []) + convolution.epilogue.operands
    case .elementwise, .rowwise, .attention, .lstmCell, .copy, .pack, .loop, .rowTiles, .generic: []
    }
  }

  /// The epilogue of a product or convolution.
  var epilogue: Epilogue? {
    switch self {
    case .contraction(let contraction): contraction.epilogue
    case .convolution(let convolution): convolution.epilogue
    case .elementwise, .rowwise, .attention, .lstmCell, .copy, .pack, .loop, .rowTiles, .generic:
      nil
    }
  }
}

extension ScheduledOp {
  /// The words that a task's operation can begin with in text.
  static let heads = [
    "contraction", "convolution", "elementwise", "softmax", "rmsNorm", "layerNorm", "fourier",
    "attention", "lstmCell", "copy", "pack", "loop", "rowTiles", "generic",
  ]

  /// What it is called in text.
  var name: String {
    switch self {
    case .contraction: "contraction"
    case .convolution: "convolution"
    case .elementwise: "elementwise"
    case .rowwise(.softmax): "softmax"
    case .rowwise(.rmsNorm): "rmsNorm"
    case .rowwise(.layerNorm): "layerNorm"
    case .rowwise(.fourier(let op)): "fourier \(op.name)"
    case .attention: "attention"
    case .lstmCell: "lstmCell"
    case .copy: "copy"
    case .pack: "pack"
    case .loop: "loop"
    case .rowTiles: "rowTiles"
    case .generic(let op): "generic \(op.name)"
    }
  }
}
