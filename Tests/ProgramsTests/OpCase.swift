import Programs
import Tensors
import Testing

/// One hand-computed application of an op.
struct OpCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var op: Op
  var operands: [Tensor]
  var expected: [Tensor]

  init(_ name: String, _ op: Op, _ operands: [Tensor], gives expected: Tensor...) {
    testDescription = name
    self.op = op
    self.operands = operands
    self.expected = expected
  }

  /// Checks the shape rule and the evaluator: exact for integers, a few units in the last place of
  /// a single for floats.
  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let types = try op.resultTypes(operands.map(\.type))
    #expect(types == expected.map(\.type), sourceLocation: sourceLocation)
    #expect(types.count == op.resultCount, sourceLocation: sourceLocation)
    let results = ReferenceEvaluator.apply(op, operands)
    #expect(results.map(\.type) == types, sourceLocation: sourceLocation)
    for (found, wanted) in zip(results, expected) {
      #expect(
        found.isClose(to: wanted), "\(found.doubles()) is not \(wanted.doubles())",
        sourceLocation: sourceLocation)
    }
  }
}

extension Tensor {
  var type: ValueType { ValueType(dtype, shape) }

  /// Equal NaN, equal zeros with their signs, and numbers within `tolerance`, relative.
  func isClose(to other: Tensor, tolerance: Double = 3e-7) -> Bool {
    guard type == other.type else { return false }
    return zip(doubles(), other.doubles()).allSatisfy { a, b in
      if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
      if a == b { return a.sign == b.sign }
      return (a - b).magnitude <= tolerance * Swift.max(a.magnitude, b.magnitude)
    }
  }
}

func f32(_ values: [Double], _ shape: Shape? = nil) -> Tensor { tensor(.float32, values, shape) }
func i32(_ values: [Double], _ shape: Shape? = nil) -> Tensor { tensor(.int32, values, shape) }
func u32(_ values: [Double], _ shape: Shape? = nil) -> Tensor { tensor(.uint32, values, shape) }
func bools(_ values: [Double], _ shape: Shape? = nil) -> Tensor { tensor(.bool, values, shape) }

func tensor(_ dtype: DType, _ values: [Double], _ shape: Shape? = nil) -> Tensor {
  Tensor(values, shape: shape ?? [values.count]).converted(to: dtype)
}
