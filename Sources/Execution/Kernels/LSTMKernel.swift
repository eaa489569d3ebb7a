import CKernels

/// The gates of an LSTM in single precision: from gates `[b, 4u]` (input, forget, candidate, output),
/// or two parts of them to be added,
/// `c` and `h` `[b, u]` and a mask `[b]` the new `c` and `h`, which stand still where the mask is
/// false.
final class LSTMKernel: Kernel {
  private let gates: Place
  private let moreGates: Place?
  private let c: Place
  private let h: Place
  private let mask: Place
  private let nextC: Place
  private let nextH: Place
  private let rowCount: Int
  private let units: Int

  init(_ operands: [BufferView], adding more: BufferView? = nil, to targets: [BufferView]) {
    gates = Place(operands[0])
    moreGates = more.map { Place($0) }
    c = Place(operands[1])
    h = Place(operands[2])
    mask = Place(operands[3])
    nextC = Place(targets[0])
    nextH = Place(targets[1])
    rowCount = operands[1].shape[0]
    units = operands[1].shape[1]
  }

  override func run(_ frame: Frame) {
    let gates = self.gates.floats(frame)
    let more = moreGates?.floats(frame)
    let valid = mask.address(frame).assumingMemoryBound(to: UInt8.self)
    for row in 0..<rowCount {
      let (part, place) = (gates + row * 4 * units, row * units)
      sw_lstm_gates(
        part, part + units, part + 2 * units, part + 3 * units,
        more.map { $0 + row * 4 * units }, c.floats(frame) + place,
        h.floats(frame) + place, valid[row] == 0 ? 1 : 0, nextC.floats(frame) + place,
        nextH.floats(frame) + place, Int64(units))
    }
  }
}
