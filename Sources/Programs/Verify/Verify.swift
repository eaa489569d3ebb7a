import Diagnostics
import Tensors

extension Program {
  /// Checks that the program is closed, typed and single-assignment, bodies included: every value is
  /// defined once and before it is used, every type is what the shape rules say, names are unique in
  /// their role, and states, variables and gradients have the types of the inputs they belong to.
  ///
  /// - Returns: what is broken, in program order; nothing for a valid program.
  public func verify() -> [ProgramError] {
    var verifier = Verifier(program: self)
    verifier.checkInputs()
    for instruction in instructions { verifier.check(instruction) }
    verifier.checkOutputs()
    return verifier.diagnostics
  }

  /// This program, if nothing is broken.
  ///
  /// - Throws: ``ProgramError`` with everything that ``verify()`` finds.
  public func verified() throws(ProgramError) -> Program {
    if let error = ProgramError.joined(verify()) { throw error }
    return self
  }
}

private struct Verifier {
  let program: Program
  var diagnostics: [ProgramError] = []
  private var defined: Set<ValueID> = []

  init(program: Program) { self.program = program }

  // MARK: Inputs

  mutating func checkInputs() {
    var names: Set<String> = []
    for input in program.inputs {
      let place = "input \(input.name)"
      define(input.value, path: "", place: place)
      if !names.insert(input.role.keyword + "/" + input.name).inserted {
        report(
          .duplicateName, place: place, found: "two \(input.role.keyword) inputs of that name",
          expected: "one")
      }
      if program.types.indices.contains(input.value.index) {
        check(input, program[input.value], place)
      }
    }
  }

  private mutating func check(_ input: Program.Input, _ type: ValueType, _ place: String) {
    if type.dtype == .complex64 || type.shape.contains(where: { $0 < 0 }) {
      report(
        .outOfRange, place: place, found: "\(type)",
        expected: "a real dtype (complex numbers are pairs of inputs) and extents of 0 or more")
    }
    switch input.role {
    case .seed where type != ValueType(.uint32, [2]):
      report(.inputRole, place: place, found: "a seed of \(type)", expected: "u32[2]")
    case .state(.window(let axis, let length)):
      if !type.shape.indices.contains(axis) || type.shape[axis] != length {
        report(
          .inputRole, place: place, found: "\(type)",
          expected: "a window of \(length) along axis \(axis)")
      }
    case .input, .constant, .parameter, .variable, .state, .seed, .operand: break
    }
  }

  // MARK: Instructions

  mutating func check(_ instruction: Instruction) {
    let ids = instruction.results.map { "%\($0.index)" }.joined(separator: ", ")
    let place = "\(ids) = \(instruction.op.name)"
    var path = ""
    if program.scopes.indices.contains(instruction.scope) {
      path = program.scopes[instruction.scope]
    } else {
      report(
        .outOfRange, place: place, found: "scope \(instruction.scope)",
        expected: "one of \(program.scopes.count) scopes")
    }
    let undefined = instruction.operands.filter { !defined.contains($0) }
    for operand in undefined {
      report(
        .undefinedValue, path: path, place: place, found: "%\(operand.index)",
        expected: "a value that is defined earlier")
    }
    // The types of a broken body mean nothing.
    let hasSoundBodies = checkBodies(instruction.op, path: path, place: place)
    if undefined.isEmpty, hasSoundBodies {
      checkTypes(instruction, path: path, place: place)
    }
    for result in instruction.results { define(result, path: path, place: place) }
  }

  private mutating func checkTypes(_ instruction: Instruction, path: String, place: String) {
    do {
      let types = try instruction.op.resultTypes(instruction.operands.map { program[$0] })
      let isKnown = instruction.results.allSatisfy { program.types.indices.contains($0.index) }
      // A result that cannot exist is reported where it is defined.
      guard isKnown else { return }
      let found = instruction.results.map { program[$0] }
      guard found != types else { return }
      report(
        .results, path: path, place: place, found: Verifier.list(found),
        expected: Verifier.list(types))
    } catch {
      report(.operands, path: path, place: place, found: error.found, expected: error.expected)
    }
  }

  private mutating func checkBodies(_ op: Op, path: String, place: String) -> Bool {
    switch op {
    case .loop(let loop): return include(loop.body.verify(), in: "body of \(place)")
    case .composite(let composite):
      guard include(composite.body.verify(), in: "body of \(place)") else { return false }
      guard let gradient = composite.gradient else { return true }
      guard include(gradient.verify(), in: "gradient of \(place)") else { return true }
      let operands = composite.body.inputTypes
      let results = composite.body.outputTypes
      let inputs = operands + results + results
      if gradient.inputTypes != inputs || gradient.outputTypes != operands {
        let types = (gradient.inputTypes, gradient.outputTypes)
        report(
          .compositeGradient, path: path, place: place,
          found: "a gradient from \(Verifier.list(types.0)) to \(Verifier.list(types.1))",
          expected: "from \(Verifier.list(inputs)) to \(Verifier.list(operands))")
      }
      return true
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .contraction, .indexing, .fft, .stopGradient:
      return true
    }
  }

  /// Adds what a body's own check found; true if that is nothing.
  private mutating func include(_ inner: [ProgramError], in place: String) -> Bool {
    for var diagnostic in inner {
      diagnostic.subject = "\(place): \(diagnostic.subject)"
      diagnostics.append(diagnostic)
    }
    return inner.isEmpty
  }

  private mutating func define(_ id: ValueID, path: String, place: String) {
    guard program.types.indices.contains(id.index) else {
      report(
        .outOfRange, path: path, place: place, found: "%\(id.index)",
        expected: "one of \(program.types.count) values")
      return
    }
    if !defined.insert(id).inserted {
      report(
        .redefinedValue, path: path, place: place, found: "a second definition of %\(id.index)",
        expected: "one")
    }
  }

  // MARK: Outputs

  mutating func checkOutputs() {
    var names: Set<String> = []
    for output in program.outputs {
      let place = "output \(output.name)"
      if !names.insert(output.role.keyword + "/" + output.name).inserted {
        report(
          .duplicateName, place: place, found: "two \(output.role.keyword) outputs of that name",
          expected: "one")
      }
      guard defined.contains(output.value) else {
        report(
          .undefinedValue, place: place, found: "%\(output.value.index)",
          expected: "a value that is defined")
        continue
      }
      checkOwner(output, place)
    }
  }

  /// Checks the type of an output that belongs to an input of the same name.
  private mutating func checkOwner(_ output: Program.Output, _ place: String) {
    let candidates: [Program.Input]
    switch output.role {
    case .state: candidates = program.inputs.filter { $0.role.keyword == "state" }
    case .variable: candidates = program.inputs.filter { $0.role.keyword == "variable" }
    case .gradient: candidates = program.inputs
    case .output, .emit, .tap, .result: return
    }
    let role = output.role.keyword
    var owners = candidates.filter { $0.name == output.name }
    if owners.isEmpty, case .gradient = output.role {
      let owner = Self.ownerOfGradient(output.name)
      owners = candidates.filter { $0.name == owner }
    }
    guard !owners.isEmpty else {
      let nearest = NearestName.of(output.name, among: candidates.map(\.name))
      report(
        .outputRole, place: place, found: "a \(role) without an input of that name",
        expected: "the name of \(role == "gradient" ? "an input" : "a \(role) input")",
        suggestion: nearest.map { "did you mean \($0)?" })
      return
    }
    let type = program[output.value]
    if !owners.contains(where: { program[$0.value] == type }) {
      report(
        .outputRole, place: place, found: "a \(role) of \(type)",
        expected: "\(program[owners[0].value]), the type of the input")
    }
  }

  /// The input that a gradient of a gradient belongs to: every further one has a prefix more.
  private static func ownerOfGradient(_ name: String) -> Substring {
    var owner = name[...]
    while owner.hasPrefix(Program.gradientPrefix) {
      owner = owner.dropFirst(Program.gradientPrefix.count)
    }
    return owner
  }

  private mutating func report(
    _ code: ProgramErrorCode, path: String = "", place: String, found: String,
    expected: String?, suggestion: String? = nil
  ) {
    diagnostics.append(
      ProgramError(
        code: code, path: path, subject: place, found: found, expected: expected,
        suggestion: suggestion))
  }

  private static func list(_ types: [ValueType]) -> String {
    types.isEmpty ? "nothing" : types.map(\.description).joined(separator: ", ")
  }
}
