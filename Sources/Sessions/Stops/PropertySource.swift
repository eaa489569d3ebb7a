import Layers
import Runtime
import Serialization
import Tensors

/// The array, or the layers, that a property is computed of.
struct PropertySource {
  let isOfAnyLayer: Bool
  private let array: StepArray?
  private let slice: Slice?
  private let name: String
  let dtypeName: String
  let canBeNaN: Bool

  init(_ subject: StepCondition.Subject, _ binder: ConditionBinder) throws {
    switch subject {
    case .anyLayer:
      (isOfAnyLayer, array, slice, name) = (true, nil, nil, "")
      let dtypes = binder.layout.taps.map { binder.layout.dtype($0.values) }
      canBeNaN = dtypes.contains { $0.isFloating || $0 == .complex64 }
      dtypeName = dtypes.first?.name ?? ""
    case .facet(let facet, let place):
      let array = try binder.array(facet, place)
      (isOfAnyLayer, self.array, slice) = (false, array, facet.slice)
      name = FacetText.text(facet)
      _ = try binder.selection(facet, array, place, filters: ElementSelection())
      let dtype = binder.type(array).dtype
      canBeNaN = dtype.isFloating || dtype == .complex64
      dtypeName = dtype.name
    }
  }

  private func source(_ tap: Int) -> StepArray { array ?? .output(tap: tap, isMask: false) }

  func remember(_ moment: StepMoment, _ memory: ChangeMemory) throws {
    guard memory.position != moment.position else { return }
    memory.position = moment.position
    memory.digests = [:]
    for tap in isOfAnyLayer ? Array(moment.layout.taps.indices) : [-1] {
      memory.digests[tap] = try digest(source(tap), moment)
    }
  }

  private func digest(_ source: StepArray, _ moment: StepMoment) throws -> UInt64? {
    if moment.position == 0, case .state = source {} else if moment.position == 0 { return nil }
    guard let slice else { return try source.digest(moment) }
    guard let part = try source.part(moment), let sliced = try? part.values.sliced(slice) else {
      return nil
    }
    var digest = Digest()
    digest.add(sliced)
    return digest.value
  }

  func holds(
    _ property: StepCondition.Property, _ moment: StepMoment, _ tap: Int,
    _ filters: ElementSelection,
    _ memory: ChangeMemory
  ) throws -> Bool {
    switch property {
    case .nan, .inf:
      if filters.isWhole, slice == nil, let known = quick(property, moment, tap) { return known }
      return try place(property, moment, tap, filters) != nil
    case .flips: return try flip(moment, tap, filters) != nil
    case .changes, .unchanged:
      // The step before must have been looked at.
      guard memory.position == moment.position - 1, let before = memory.digests[tap],
        let now = try digest(source(tap), moment)
      else { return false }
      return (before != now) == (property == .changes)
    }
  }

  /// The answer for singles that are all valid, where it is no.
  private func quick(
    _ property: StepCondition.Property, _ moment: StepMoment, _ tap: Int
  ) -> Bool? {
    guard case .output(let tap, false) = source(tap), let block = moment.block else { return nil }
    let place = moment.layout.taps[tap]
    guard moment.layout.dtype(place.values) == .float32 else { return false }
    guard place.imaginary == nil else { return nil }
    let largest = MeasureValue.largestMagnitude(
      block.bytes(place.values, moment.step..<moment.step + 1))
    return largest.isFinite || (property == .nan && largest == .infinity) ? false : nil
  }

  /// Where a NaN or an infinity is.
  private func place(
    _ property: StepCondition.Property, _ moment: StepMoment, _ tap: Int,
    _ filters: ElementSelection
  ) throws -> String? {
    guard let part = try source(tap).part(moment) else { return nil }
    var selection = filters
    selection.slice = slice
    var found: [Int]?
    selection.visit(part) { value, index in
      guard found == nil, property == .nan ? value.isNaN : value.isInfinite else { return }
      found = index
    }
    return found.map { ElementPlace.text($0, firstTime: part.firstTime) }
  }

  /// Where a mask changes.
  private func flip(
    _ moment: StepMoment, _ tap: Int, _ filters: ElementSelection
  ) throws -> String? {
    let position: Int
    switch source(tap) {
    case .output(let tap, _), .layer(let tap, _): position = tap
    case .input, .state: return nil
    }
    guard let now = moment.output(position) else { return nil }
    let before = try moment.outputBefore(position)
    let first = moment.firstTime(position)
    for row in 0..<now.batch {
      for time in 0..<now.time where first + time > 0 {
        let last: Bool
        if time > 0 {
          last = now.isValid(row: row, time: time - 1)
        } else if let before, before.time > 0 {
          last = before.isValid(row: row, time: before.time - 1)
        } else {
          continue
        }
        let isAllowed = filters.filters.allSatisfy { filter in
          switch filter.variable {
          case .row: filter.relation.holds(Double(row), filter.bound)
          case .t: filter.relation.holds(Double(first + time), filter.bound)
          case .step: true
          }
        }
        if isAllowed, last != now.isValid(row: row, time: time) {
          return "row \(row), t \(first + time)"
        }
      }
    }
    return nil
  }

  func explanation(
    _ property: StepCondition.Property, _ moment: StepMoment, _ tap: Int,
    _ filters: ElementSelection
  ) throws -> String? {
    let shown = isOfAnyLayer ? moment.layout.taps[max(0, tap)].path.shown : name
    switch property {
    case .nan, .inf:
      return try place(property, moment, tap, filters).map {
        "\(shown) has \(property == .nan ? "NaN" : "an infinity") at \($0)"
      }
    case .flips: return try flip(moment, tap, filters).map { "the mask of \(shown) flips at \($0)" }
    case .changes: return "\(shown) changed in the step to \(moment.position)"
    case .unchanged: return "\(shown) did not change in the step to \(moment.position)"
    }
  }
}

/// The place of an element in words.
enum ElementPlace {
  /// Such as `row 0, t 12, channel 3`; of a state its index.
  static func text(_ index: [Int], firstTime: Int?) -> String {
    guard let firstTime, index.count >= 2 else { return "\(index)" }
    let channel = index.dropFirst(2).map(String.init).joined(separator: ",")
    return "row \(index[0]), t \(firstTime + index[1])"
      + (channel.isEmpty ? "" : ", channel \(channel)")
  }
}

/// A facet as it is typed.
enum FacetText {
  static func text(_ facet: Facet) -> String {
    let name: String
    switch facet.kind {
    case .out: name = ""
    case .input: name = ":in"
    case .layer: name = ":layer"
    case .expected: name = ":expected"
    case .diff: name = ":diff"
    case .mask: name = ":mask"
    case .state(let leaf): name = ":state" + (leaf.map { ".\($0)" } ?? "")
    case .parameter(let leaf): name = ":param" + (leaf.map { ".\($0)" } ?? "")
    case .emit(let leaf): name = ":emit" + (leaf.map { ".\($0)" } ?? "")
    case .field(let field): name = ".\(field)"
    }
    return facet.path + name
  }
}
