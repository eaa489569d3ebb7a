import CKernels

/// The gates of an LSTM in single precision.
///
/// From gates `[b, 4u]` (input, forget, candidate, output), `c` and `h` `[b, u]`, a mask `[b]` and perhaps
/// a second part of the gates, which is added, it computes the new `c` and `h`, which keep their values
/// where the mask is false.
final class LSTMKernel: Kernel {
  private let gates: BufferAddress
  private let addend: BufferAddress?
  private let c: BufferAddress
  private let h: BufferAddress
  private let mask: BufferAddress
  private let nextC: BufferAddress
  private let nextH: BufferAddress
  private let rowCount: Int
  private let units: Int

  init(_ operands: [BufferView], to targets: [BufferView]) {
    gates = BufferAddress(operands[0])
    addend = operands.count > 4 ? BufferAddress(operands[4]) : nil
    c = BufferAddress(operands[1])
    h = BufferAddress(operands[2])
    mask = BufferAddress(operands[3])
    nextC = BufferAddress(targets[0])
    nextH = BufferAddress(targets[1])
    rowCount = operands[1].shape[0]
    units = operands[1].shape[1]
  }

  override func run(_ context: ExecutionContext) {
    let gates = self.gates.floats(context)
    let addend = self.addend?.floats(context)
    let valid = mask.address(context).assumingMemoryBound(to: UInt8.self)
    for row in 0..<rowCount {
      let (part, place) = (gates + row * 4 * units, row * units)
      sw_lstm_gates(
        part, part + units, part + 2 * units, part + 3 * units,
        addend.map { $0 + row * 4 * units }, c.floats(context) + place,
        h.floats(context) + place, valid[row] == 0 ? 1 : 0, nextC.floats(context) + place,
        nextH.floats(context) + place, Int64(units))
    }
  }
}
