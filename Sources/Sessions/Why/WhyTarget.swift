import Layers
import Runtime
import Tensors

/// The number in question.
struct WhyTarget {
  enum Place {
    /// An output of a layer: the step that gave it and its index in what the step gives.
    case output(path: String, step: Int, index: [Int])
    /// A leaf of the state behind a step.
    case state(leaf: String, step: Int, index: [Int])
  }

  var place: Place
  /// The layer-wise timestep, where there is one.
  var time: Int?
  var number: Double
  /// Such as `out[0, 5, 1]`.
  var name: String

  /// Finds what a text names: one element, or of several the first NaN, else the first infinity, else the
  /// largest.
  init(_ text: String, _ session: Session) throws {
    guard session.position > 0 else {
      throw CommandError(.notReady, found: "no step was made", suggestion: "step")
    }
    let binder = try ConditionBinder(session)
    let facet = text == "nan" ? try Self.firstNaN(binder, session) : try Facet(text)
    let path = try binder.tree.resolve(facet.path).path
    switch facet.kind {
    case .out: try self.init(outputOf: path, facet, binder, session)
    case .state: try self.init(stateOf: path, facet, binder, session)
    case .input, .layer, .expected, .diff, .mask, .parameter, .emit, .field:
      throw CommandError(
        .unknownFacet, found: "why \(text)", expected: "a step-wise output or a leaf of the state",
        suggestion: "why \(facet.path)[…]")
    }
  }

  private static func firstNaN(_ binder: ConditionBinder, _ session: Session) throws -> Facet {
    _ = try session.verdict(of: "", tolerance: nil)
    var found: (step: Int, path: String)?
    for place in binder.run.places {
      if let step = try binder.run.firstNaNStep(place.path), step < found?.step ?? .max {
        found = (step, place.path)
      }
    }
    guard let found else {
      throw CommandError(
        .notReady, found: "no layer has given NaN up to step \(session.position)",
        expected: "a NaN at a valid timestep", suggestion: "why PATH[row, t, channel]")
    }
    return try Facet(found.path.shown)
  }

  private init(
    outputOf path: String, _ facet: Facet, _ binder: ConditionBinder, _ session: Session
  ) throws {
    let value = try session.value(of: facet)
    let whole = value.tensor
    guard whole.count > 0, let mask = value.mask else {
      throw CommandError(
        .notReady, found: "\(path.shown) has given nothing yet", suggestion: "step")
    }
    let part = StepArray.Part(values: whole, mask: mask, firstTime: nil)
    let (index, number) = try Self.choice(part, value.slice, path)
    let (run, trace) = (binder.run, binder.trace)
    guard let place = binder.layout.position(of: path),
      let (first, _) = try Self.times(facet, session)
    else { throw CommandError(.unknownPath, found: "\(path.shown) has no output of its own") }
    let time = first + index[1]
    let tap = binder.layout.taps[place]
    let output = time + run.latency(path)
    let unit = max(1, binder.layout.unitTimes[tap.mask])
    let step = binder.plan.step(atInput: output / unit * trace.blockSize)
    var own = index
    own[1] = output - trace.time(tap, after: step)
    self.init(
      place: .output(path: path, step: step, index: own), time: time, number: number,
      name: "\(path.shown)\([index[0], time] + index.dropFirst(2))")
  }

  /// The timesteps that a facet's slice keeps.
  private static func times(_ facet: Facet, _ session: Session) throws -> (Int, Int)? {
    let run = try session.requireRun()
    let path = try session.requireTree().1.resolve(facet.path).path
    let time = run.stepWiseTime(path) - run.latency(path)
    guard let slice = facet.slice, slice.entries.count > 1 else { return (0, time) }
    let shape = [run.input.batch, time]
    let leading = Slice(entries: Array(slice.entries.prefix(2)))
    let own = try leading.positions(in: shape)[1].kept
    return own.first.map { ($0, own.count) }
  }

  private init(
    stateOf path: String, _ facet: Facet, _ binder: ConditionBinder, _ session: Session
  ) throws {
    guard case .state(let leaf) = try binder.array(facet, 1), let stream = binder.run.stream else {
      throw CommandError(.unknownFacet, found: "\(path.shown) keeps no state")
    }
    let part = StepArray.Part(values: stream.value(of: leaf))
    let (index, number) = try Self.choice(part, facet.slice, path)
    let name = stream.leaves[leaf].path
    self.init(
      place: .state(leaf: name, step: session.position - 1, index: index), time: nil,
      number: number,
      name: "state \(name)\(index)")
  }

  private init(place: Place, time: Int?, number: Double, name: String) {
    (self.place, self.time, self.number, self.name) = (place, time, number, name)
  }

  private static func choice(
    _ part: StepArray.Part, _ slice: Slice?, _ path: String
  ) throws -> (index: [Int], number: Double) {
    if let slice { _ = try slice.positions(in: part.values.shape) }
    var best: (index: [Int], number: Double)?
    func rank(_ value: Double) -> Double {
      value.isNaN ? .infinity : value.isInfinite ? 1e308 : value.magnitude
    }
    ElementSelection(slice: slice).visit(part) { value, index in
      if best == nil || rank(value) > rank(best?.number ?? 0) { best = (index, value) }
    }
    guard let best else {
      throw CommandError(
        .invalidOperand, found: "no valid timestep of \(path.shown) in that slice",
        expected: "an element at a valid timestep", suggestion: "show \(path.shown):mask")
    }
    return best
  }
}
