import Diagnostics
import Layers
import Runtime
import Tensors

/// `set FACET[slice] VALUE`: what if that number had been another.
struct WhatIf {
  /// What can be set beside the fields of configs.
  enum Target {
    case state(Facet)
    case parameter(Facet)
    case input(isMask: Bool, Slice?)
    case constant(String, Slice?)
  }

  let target: Target
  let value: Double
  /// The branch that it is done on; nil for the present or a new one.
  let branch: String?
  /// The step at which a state is changed; nil for the present one.
  let step: String?

  static let usage =
    "set PATH.field VALUE | set PATH:state.LEAF[…] VALUE [at T] [on BRANCH] | set input[row, t, …] VALUE | "
    + "set input:mask[row, t] 0|1 | set PATH:param.LEAF[…] VALUE | set constant.NAME[…] VALUE"

  /// Reads the operands; nil where they set a field of a config.
  init?(_ line: CommandLine) throws(CommandError) {
    guard let first = line.operands.first, line.operands.count >= 2 else { return nil }
    let facet = try Facet(first)
    switch facet.kind {
    case .state: target = .state(facet)
    case .parameter: target = .parameter(facet)
    case .out where facet.path == "input": target = .input(isMask: false, facet.slice)
    case .mask where facet.path == "input": target = .input(isMask: true, facet.slice)
    case .field(let name) where facet.path == "constant": target = .constant(name, facet.slice)
    case .field: return nil
    case .input, .out, .layer, .expected, .diff, .mask, .emit:
      throw CommandError(
        .unknownFacet, found: "set \(first)", expected: Self.usage,
        suggestion: "an output is what its layer makes of input, state and parameters")
    }
    guard let value = Double(line.operands[1]) else {
      throw CommandError(
        .invalidOperand, found: "'\(line.operands[1])'", expected: "a number, nan or inf")
    }
    self.value = value
    var rest = line.operands.dropFirst(2)
    var (branch, step): (String?, String?) = (nil, nil)
    while let word = rest.popFirst() {
      guard let operand = rest.popFirst(), word == "on" || word == "at" else {
        throw CommandError(.syntax, found: "'\(word)'", expected: Self.usage)
      }
      if word == "on" { branch = operand } else { step = operand }
    }
    (self.branch, self.step) = (branch, step)
  }

  /// Makes the change, on a branch.
  func perform(_ session: Session) throws -> CommandOutput {
    let (run, plan) = try session.requireSteps()
    let here = plan.boundaries[session.position]
    var document = try session.document.forEdit(on: branch, at: here, step: session.position)
    let reach: Session.Reach
    let own: Int
    switch target {
    case .state(let facet): (reach, own) = try setState(facet, session, run, &document)
    case .parameter(let facet): (reach, own) = try setParameter(facet, session, run, &document)
    case .input(let isMask, let slice): (reach, own) = try setInput(isMask, slice, &document)
    case .constant(let name, let slice): (reach, own) = try setConstant(name, slice, &document)
    }
    document.branchOrigin.ownByteCount += own
    let text = session.context.canonical
    session.context.canonical = branch == nil ? "\(text) on \(document.branch)" : text
    try session.commit(document, as: "set", changing: reach)
    return CommandOutput(
      ["on branch \(document.branch), \(NumberText.bytes(own)) of its own"] + session.moveLines)
  }

  private func setState(
    _ facet: Facet, _ session: Session, _ run: ModelRun, _ document: inout Document
  ) throws -> (Session.Reach, Int) {
    let whole = Facet(path: facet.path, kind: facet.kind)
    let binder = try ConditionBinder(session)
    guard case .state(let index) = try binder.array(whole, 5), let stream = run.stream else {
      throw CommandError(.notReady, found: "\(facet.path) keeps no state")
    }
    _ = try stream.value(of: index).positions(of: facet.slice)
    let step = try self.step.map { try session.step(named: $0).step } ?? session.position
    let leaf = stream.leaves[index].path
    let edit = StateEdit(change: .value(leaf: leaf, facet.slice, value), step: step)
    document.edits.removeAll(where: edit.replaces)
    document.edits.append(edit)
    return (.steps, MemoryLayout<StateEdit>.stride + leaf.utf8.count)
  }

  private func setParameter(
    _ facet: Facet, _ session: Session, _ run: ModelRun, _ document: inout Document
  ) throws -> (Session.Reach, Int) {
    let path = try session.requireTree().1.resolve(facet.path).path
    let name = try session.parameterPath(facet, path, run)
    guard let old = run.model[parameter: name] else {
      throw CommandError(.unknownFacet, found: "\(path.shown) has no such parameter")
    }
    let new = try old.replacing(facet.slice, by: value)
    document.parameters[name] = new
    return (.model, new.byteCount)
  }

  private func setInput(
    _ isMask: Bool, _ slice: Slice?, _ document: inout Document
  ) throws -> (Session.Reach, Int) {
    guard let old = document.input?.sequence else {
      throw CommandError(.notReady, found: "there is no input yet", suggestion: "input FILE")
    }
    if isMask, value != 0, value != 1 {
      throw CommandError(.invalidOperand, found: NumberText.short(value), expected: "0 or 1")
    }
    let new = try SequenceTensor(
      values: isMask ? old.values : try old.values.replacing(slice, by: value),
      mask: isMask ? try old.mask.replacing(slice, by: value) : old.mask)
    document.input?.sequence = new
    return (.input, isMask ? new.mask.byteCount : new.values.byteCount)
  }

  private func setConstant(
    _ name: String, _ slice: Slice?, _ document: inout Document
  ) throws -> (Session.Reach, Int) {
    let names = document.constants.keys.sorted()
    switch document.constants[name] {
    case nil:
      throw CommandError(
        .unknownFacet, found: "there is no constant '\(name)'",
        expected: names.isEmpty ? "constants NAME FILE" : names.joined(separator: ", "),
        suggestion: NearestName.of(name, among: names).map { "did you mean \($0)?" })
    case .array(let old)?:
      let new = try old.replacing(slice, by: value)
      document.constants[name] = .array(new)
      return (.model, new.byteCount)
    case .sequence(let old)?:
      let new = try SequenceTensor(values: old.values.replacing(slice, by: value), mask: old.mask)
      document.constants[name] = .sequence(new)
      return (.model, new.values.byteCount)
    case .streamed(let old)?:
      let new = try SequenceTensor(values: old.values.replacing(slice, by: value), mask: old.mask)
      document.constants[name] = .streamed(new)
      return (.model, new.values.byteCount)
    }
  }
}
