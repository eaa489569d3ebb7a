import Diagnostics
import Layers
import Runtime
import Tensors

/// A number of a condition, ready to be computed after every step.
struct BoundExpression {
  let isOfAnyLayer: Bool
  let range: ConditionRange
  /// What it is, for people.
  let name: String
  private let compute: (StepMoment, Int) throws -> Double?
  private let find: (StepMoment, Int) throws -> String?

  func value(_ moment: StepMoment, _ tap: Int) throws -> Double? { try compute(moment, tap) }

  /// Where the number stands, for those that stand somewhere.
  func place(_ moment: StepMoment, _ tap: Int) throws -> String? { try find(moment, tap) }

  init(
    _ expression: StepCondition.Expression, _ binder: ConditionBinder, _ filters: ElementSelection
  ) throws {
    switch expression {
    case .number(let value):
      self.init(range: ConditionRange(low: value, high: value), name: NumberText.short(value)) {
        _, _ in
        value
      }
    case .measure(let measure, let subject):
      try self.init(measure, subject, binder, filters)
    case .element(let facet, let place):
      let array = try binder.array(facet, place)
      let selection = try binder.selection(facet, array, place, filters: filters, single: true)
      self.init(
        range: ConditionRange(binder.type(array).dtype), name: FacetText.text(facet)
      ) { moment, _ in
        guard let part = try array.part(moment) else { return nil }
        var found: Double?
        selection.visit(part) { value, _ in found = value }
        return found
      } find: { moment, _ in
        guard let part = try array.part(moment) else { return nil }
        var found: String?
        selection.visit(part) { _, index in
          found = ElementPlace.text(index, firstTime: part.firstTime)
        }
        return found
      }
    case .difference(let subject):
      var fixed: Int?
      var name = "|step - layer|"
      if case .facet(let facet, let place) = subject {
        guard case .output(let tap, false) = try binder.array(facet, place) else {
          throw CommandError(
            .unknownFacet, found: "\(FacetText.text(facet)) |step - layer|",
            expected: "a layer: its step-wise output is compared with its layer-wise one")
        }
        fixed = tap
        name = "\(facet.path) \(name)"
      }
      self.init(isOfAnyLayer: fixed == nil, range: .notNegative, name: name) { moment, tap in
        try moment.difference(fixed ?? tap)
      }
    case .distance(let left, let right):
      let (a, b) = (
        try BoundExpression(left, binder, filters), try BoundExpression(right, binder, filters)
      )
      self.init(joining: a, b, range: .notNegative, name: "|\(a.name) - \(b.name)|") {
        abs($0 - $1)
      }
    case .product(let left, let right):
      let (a, b) = (
        try BoundExpression(left, binder, filters), try BoundExpression(right, binder, filters)
      )
      let range = a.range.low >= 0 && b.range.low >= 0 ? ConditionRange.notNegative : .all
      self.init(joining: a, b, range: range, name: "\(a.name) * \(b.name)") { $0 * $1 }
    case .quotient(let left, let right):
      let (a, b) = (
        try BoundExpression(left, binder, filters), try BoundExpression(right, binder, filters)
      )
      let range = a.range.low >= 0 && b.range.low >= 0 ? ConditionRange.notNegative : .all
      self.init(joining: a, b, range: range, name: "\(a.name) / \(b.name)") { $0 / $1 }
    }
  }

  private init(
    isOfAnyLayer: Bool = false, range: ConditionRange, name: String,
    compute: @escaping (StepMoment, Int) throws -> Double?,
    find: @escaping (StepMoment, Int) throws -> String? = { _, _ in nil }
  ) {
    (self.isOfAnyLayer, self.range, self.name) = (isOfAnyLayer, range, name)
    (self.compute, self.find) = (compute, find)
  }

  private init(
    joining a: BoundExpression, _ b: BoundExpression, range: ConditionRange, name: String,
    _ operation: @escaping (Double, Double) -> Double
  ) {
    self.init(isOfAnyLayer: a.isOfAnyLayer || b.isOfAnyLayer, range: range, name: name) {
      guard let x = try a.value($0, $1), let y = try b.value($0, $1) else { return nil }
      return operation(x, y)
    }
  }

  private init(
    _ measure: StepCondition.Measure, _ subject: StepCondition.Subject, _ binder: ConditionBinder,
    _ filters: ElementSelection
  ) throws {
    let fixed: StepArray?
    var selection = filters
    var range: ConditionRange
    var name = measure.rawValue
    switch subject {
    case .anyLayer:
      fixed = nil
      range = ConditionRange(measure, shape: [], dtype: .float64)
      if measure == .entropy || measure == .valid { range = .notNegative }
    case .facet(let facet, let place):
      let array = try binder.array(facet, place)
      fixed = array
      selection = try binder.selection(facet, array, place, filters: filters)
      let type = binder.type(array)
      range = ConditionRange(measure, shape: type.shape, dtype: type.dtype)
      name = "\(FacetText.text(facet)) \(name)"
    }
    let (chosen, isWhole) = (selection, selection.isWhole)
    self.init(isOfAnyLayer: fixed == nil, range: range, name: name) { moment, tap in
      let array = fixed ?? .output(tap: tap, isMask: false)
      if measure == .absmax, isWhole, let known = Self.quickMagnitude(array, moment) {
        return known
      }
      guard let part = try array.part(moment) else { return nil }
      return MeasureValue.value(measure, part, chosen)
    } find: { moment, tap in
      guard [.absmax, .min, .max].contains(measure),
        let part = try (fixed ?? .output(tap: tap, isMask: false)).part(moment),
        let value = MeasureValue.value(measure, part, chosen)
      else { return nil }
      var found: String?
      chosen.visit(part) { element, index in
        let own = measure == .absmax ? element.magnitude : element
        guard found == nil, own == value || (own.isNaN && value.isNaN) else { return }
        found = ElementPlace.text(index, firstTime: part.firstTime)
      }
      return found
    }
  }

  /// The largest magnitude of singles that are all valid and behind the warm-up.
  private static func quickMagnitude(_ array: StepArray, _ moment: StepMoment) -> Double? {
    guard case .output(let tap, false) = array, let block = moment.block else { return nil }
    let place = moment.layout.taps[tap]
    guard moment.layout.dtype(place.values) == .float32, place.imaginary == nil,
      moment.firstTime(tap) >= 0
    else { return nil }
    let steps = moment.step..<moment.step + 1
    guard block.bytes(place.mask, steps).allSatisfy({ $0 != 0 }) else { return nil }
    return MeasureValue.largestMagnitude(block.bytes(place.values, steps))
  }
}
