package import Programs

/// A single mistake to be put into a program on purpose, to see whether verification notices.
///
/// The same fault is found again in every trace of a model, whatever its batch, length and options: it
/// is named by the layer that computes there and counted among the places of its kind in that layer.
package struct SeededFault: Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  package var kind: FaultKind
  /// The path of the layer; empty for the root.
  package var layer: String
  /// Which of the places of that kind in that layer, in program order.
  package var number: Int

  /// Such as `layers_1: a slice starts one later (2)`.
  package var description: String {
    "\(layer.isEmpty ? "the root" : layer): \(kind.rawValue) (\(number))"
  }
}

/// What can be wrong at one place of a program: mistakes that people make in streaming code.
package enum FaultKind: String, CaseIterable, Sendable {
  /// `select(mask, x, 0)` becomes `x * mask`, which lets NaN through.
  case multipliedMask = "a mask is multiplied instead of selected"
  /// `select(mask, a, b)` becomes `a`.
  case missingSelect = "a selection is left out"
  /// `a and b` becomes `a`.
  case droppedRight = "the second part of a mask is dropped"
  /// `a and b` becomes `b`.
  case droppedLeft = "the first part of a mask is dropped"
  /// All becomes any, greatest becomes smallest, and the other way round.
  case otherReduction = "a reduction folds with its opposite"
  /// A slice of the same length, one later or one earlier.
  case movedSlice = "a slice is off by one"
  /// Two slices of one value, such as the gates of a cell, in each other's place.
  case swappedSlices = "two slices of one value are exchanged"
  /// Two operands of equal type in each other's place.
  case swappedOperands = "two operands are exchanged"
  /// Padding before and behind, off by one.
  case movedPadding = "padding is off by one"
  /// A position that is computed or counted is one too great.
  case wrongIndex = "an index is one too great"
  /// `<` becomes `<=`, and the other way round.
  case otherComparison = "a comparison includes or excludes its bound"
  /// A number that is half as great again, a flag that is inverted.
  case wrongConstant = "a constant is wrong"
  /// A sum becomes a difference, and the other way round.
  case wrongSign = "a sign is wrong"
  /// An operand of a product gets no gradient.
  case stoppedGradient = "a gradient is cut off"
  /// The new state is the old one.
  case staleState = "a state is not updated"
  /// The oldest entry of a buffer is lost.
  case shortBuffer = "a buffer is one entry short"
  /// The entries of a buffer lie one place too late.
  case shiftedBuffer = "the entries of a buffer are off by one"
}

extension Program {
  /// All places at which a fault can be put into this program, bodies of loops and composites
  /// included.
  package func faultPlaces() -> [SeededFault] {
    var seeder = FaultSeeder(target: nil)
    _ = seeder.visit(self)
    return seeder.places
  }

  /// The program with one fault; nil if it has no such place.
  package func seeding(_ fault: SeededFault) -> Program? {
    var seeder = FaultSeeder(target: fault)
    let result = seeder.visit(self)
    return seeder.hasSeeded ? result : nil
  }
}
