import Diagnostics
import Layers
import Programs
import Runtime

/// The way back from a number that is not finite.
struct OriginReport {
  let lines: [String]

  private static let mostLines = 24
  private static let mostSteps = 10_000

  init(_ target: WhyTarget, _ session: Session) throws {
    let (run, plan) = try session.requireSteps()
    var lines = ["\(target.name) is \(OriginWalk.text(target.number))"]
    var place = target.place
    var stepsBack = 0
    var end = ""
    while true {
      try session.goOn(stepsBack, of: max(1, session.position))
      let (step, element) = try Self.element(place, run)
      guard let element, !element.number.isFinite else {
        end =
          "there its value is finite when the step is evaluated plainly: a fault, an edit or rounding made it"
        break
      }
      var walk = OriginWalk()
      let found = try walk.walk(from: element)
      lines += Self.lines(walk.links, step: step, run)
      if case .input(let input, let index) = found, case .state = input.role, step > 0 {
        lines.append("step \(step): from the state \(input.name)\(index) of the step before")
        place = .state(leaf: input.name, step: step - 1, index: index)
        stepsBack += 1
        guard stepsBack < Self.mostSteps else {
          end = "and further back than \(Self.mostSteps) steps"
          break
        }
        continue
      }
      end = Self.end(found, walk.links, step, run, plan)
      break
    }
    if lines.count > Self.mostLines {
      let left = lines.count - Self.mostLines
      lines.replaceSubrange(
        Self.mostLines / 2..<Self.mostLines / 2 + left, with: ["… \(NumberText.grouped(left)) more"]
      )
    }
    self.lines = lines + [end]
  }

  private static func element(
    _ place: WhyTarget.Place, _ run: ModelRun
  ) throws -> (step: Int, OriginWalk.Element?) {
    switch place {
    case .output(let path, let step, let index):
      let evaluation = try StepEvaluation(run, step: step, state: run.state(beforeStep: step))
      return (step, evaluation.output(of: path, index))
    case .state(let leaf, let step, let index):
      let evaluation = try StepEvaluation(run, step: step, state: run.state(beforeStep: step))
      return (step, evaluation.state(leaf, index))
    }
  }

  /// A line for every layer on the way, and for every operation that made something.
  private static func lines(_ links: [OriginWalk.Link], step: Int, _ run: ModelRun) -> [String] {
    var lines: [String] = []
    var last: String?
    for link in links where link.scope != last || link.operands != nil {
      last = link.scope
      let made = link.operands.map { " = \($0)" } ?? ""
      lines.append(
        "step \(step + 1), \(link.scope.shown): \(link.operation)\(link.index) is "
          + "\(OriginWalk.text(link.number))\(made)")
    }
    return lines
  }

  private static func end(
    _ found: OriginWalk.End, _ links: [OriginWalk.Link], _ step: Int, _ run: ModelRun,
    _ plan: StepPlan
  ) -> String {
    // What made the NaN, rather than the infinity that it was made of.
    let maker = links.last { $0.number.isNaN && $0.operands != nil }
    switch found {
    case .made(let link):
      let origin = maker ?? link
      let of =
        maker == nil || maker?.index == link.index && maker?.operation == link.operation
        ? ""
        : "; the infinity comes from \(link.operation) in \(link.scope.shown), \(link.operands ?? "")"
      return "\(origin.scope.shown) makes it at \(place(origin, step, run)): "
        + "\(origin.operation), \(origin.operands ?? "")\(note(origin))\(of)"
    case .input(let input, let index):
      let name: String
      switch input.role {
      case .input:
        let time = index.count > 1 ? plan.boundaries[step] + index[1] : plan.boundaries[step]
        let isValid = run.input.time > time && run.input.isValid(row: index.first ?? 0, time: time)
        name =
          "the input has it at row \(index.first ?? 0), t \(time)"
          + (isValid ? "" : ", an invalid timestep that is read")
      case .parameter, .variable: name = "the parameter \(input.name)\(index) is it"
      case .state: name = "the initial state \(input.name)\(index) is it"
      case .constant, .seed, .operand: name = "\(input.name)\(index) is it"
      }
      guard let maker else { return name }
      return "\(maker.scope.shown) makes NaN at \(place(maker, step, run)): \(maker.operation), "
        + "\(maker.operands ?? ""); the infinity: \(name)"
    }
  }

  /// What a well-known pattern means.
  private static func note(_ link: OriginWalk.Link) -> String {
    let isBlind = link.operation == "sub" && link.operands == "-inf - -inf"
    return isBlind ? " (a softmax row without a valid key)" : ""
  }

  /// The timestep of an operation of a layer, where its array has the layer's timesteps.
  private static func place(_ link: OriginWalk.Link, _ step: Int, _ run: ModelRun) -> String {
    guard let trace = run.trace, let layout = trace.layout,
      let position = link.scope.layersAround.lazy.compactMap({ layout.position(of: $0) }).first,
      link.index.count > 1
    else { return "step \(step + 1), row \(link.index.first ?? 0)" }
    let tap = layout.taps[position]
    let first = trace.time(tap, after: step) - run.latency(tap.path)
    let count = trace.time(tap, after: step + 1) - trace.time(tap, after: step)
    guard link.index[1] < count else { return "step \(step + 1), row \(link.index[0])" }
    return "t \(first + link.index[1]), row \(link.index[0])"
  }
}
