import Diagnostics

extension Tensor: CustomStringConvertible {
  /// The dtype, the shape and the first elements: `float32 [50] [0, 0.25, 0.5, … 47 more]`.
  public var description: String { "\(dtype.name) \(shape.shapeText) \(text())" }

  /// The elements as nested brackets with few digits.
  ///
  /// At most about `limit` elements are written; what is left out is counted at the end of each
  /// axis, such as `… 38 more`.
  public func text(limit: Int = 12, digits: Int = 4) -> String {
    var budget = max(limit, 1)
    return text(axis: 0, position: 0, digits: digits, budget: &budget)
  }

  /// One element as text: a number, `true` or `false`, or `1+2i`.
  package func elementText(at position: Int, digits: Int = 4) -> String {
    switch dtype {
    case .bool:
      return double(at: position) == 0 ? "false" : "true"
    case .complex64:
      let value = withUnsafeElements(of: Complex64.self) { $0[position] }
      let real = NumberText.short(Double(value.real), digits: digits)
      let imaginary = NumberText.short(Double(value.imaginary), digits: digits)
      return "\(real)\(imaginary.hasPrefix("-") ? "" : "+")\(imaginary)i"
    case .int8, .int16, .int32, .uint8, .uint32:
      return "\(Int64(double(at: position)))"
    case .int64:
      return "\(withUnsafeElements(of: Int64.self) { $0[position] })"
    case .float32, .float64, .bfloat16, .float16:
      return NumberText.short(double(at: position), digits: digits)
    }
  }

  private func text(axis: Int, position: Int, digits: Int, budget: inout Int) -> String {
    guard axis < rank else {
      budget -= 1
      return elementText(at: position, digits: digits)
    }
    // Under an empty axis there is nothing to count down, so entries themselves use the budget.
    let step = shape[(axis + 1)...].reduce(1, *)
    var parts: [String] = []
    for index in 0..<shape[axis] {
      if index > 0, budget <= 0 {
        parts.append("… \(shape[axis] - index) more")
        break
      }
      let start = position + index * step
      parts.append(text(axis: axis + 1, position: start, digits: digits, budget: &budget))
      if step == 0 { budget -= 1 }
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}
