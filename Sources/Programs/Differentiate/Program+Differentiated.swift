import Tensors

extension Program {
  /// This program with the gradients of its outputs, by reverse-mode differentiation.
  ///
  /// The result has every input and output of this program and also
  /// - an input `cotangent/<output>` (role `.operand`, the output's type) for each chosen output: how
  ///   much the quantity of interest changes with each element of it;
  /// - an output of role `.gradient`, named as the input, for each requested input: the sum over the
  ///   chosen outputs of cotangent times derivative. It is zero where nothing depends on the input.
  ///
  /// Only ordinary ops are emitted, each in the scope of the instruction it derives from, so the
  /// result can be differentiated again. A name already taken gets its prefix once more
  /// (`cotangent/`, or `gradient/` for gradients).
  ///
  /// Where a function has no derivative: `abs` has 0 at 0; `max` and `min` of equal operands give each
  /// one half, and of equal elements along axes each an even share; windows and running extremes
  /// give all to the first met; `floor`, `ceil`, `round` and `sign` have 0 everywhere. `select`
  /// chooses among cotangents: a value that was not chosen gets an exact 0, whatever it was.
  ///
  /// - Parameters:
  ///   - outputs: floating outputs of this program.
  ///   - inputs: floating inputs of this program.
  /// - Returns: the program with gradients.
  /// - Throws: ``DifferentiationError`` for what this program does not have or is not floating.
  public func differentiated(
    outputs: [Output], withRespectTo inputs: [Input]
  ) throws(DifferentiationError) -> Program {
    for output in outputs {
      guard self.outputs.contains(output) else { throw .unknownOutput(output.name, in: self) }
      guard self[output.value].dtype.isFloating else {
        throw .notFloating(output.name, self[output.value])
      }
    }
    for input in inputs {
      guard self.inputs.contains(input) else { throw .unknownInput(input.name, in: self) }
      guard self[input.value].dtype.isFloating else {
        throw .notFloating(input.name, self[input.value])
      }
    }
    return gradientProgram(outputs, inputs)
  }

  /// The same for the first outputs and inputs of these names, whatever their roles.
  public func differentiated(
    outputs: [String], withRespectTo inputs: [String]
  ) throws(DifferentiationError) -> Program {
    var chosenOutputs: [Output] = []
    for name in outputs {
      guard let output = output(named: name) else { throw .unknownOutput(name, in: self) }
      chosenOutputs.append(output)
    }
    var chosenInputs: [Input] = []
    for name in inputs {
      guard let input = input(named: name) else { throw .unknownInput(name, in: self) }
      chosenInputs.append(input)
    }
    return try differentiated(outputs: chosenOutputs, withRespectTo: chosenInputs)
  }

  static let gradientPrefix = "gradient/"

  private func gradientProgram(_ outputs: [Output], _ inputs: [Input]) -> Program {
    let builder = ProgramBuilder(memory: .unlimited)
    let originals = self.inputs.map { builder.input($0.name, $0.role, self[$0.value]) }
    var inputNames = Set(self.inputs.map(\.name))
    let seeds = outputs.map { output in
      let name = Self.freeName(
        ProgramSignature.cotangentPrefix, ProgramSignature.cotangent(of: output.name), &inputNames)
      return builder.input(name, .operand, self[output.value])
    }
    let pass = ReversePass(
      self, builder: builder, wanted: inputs.map(\.value), seeded: outputs.map(\.value)
    ) { originals[$0] }
    pass.replay()
    for (output, seed) in zip(outputs, seeds) { pass.seed(output.value, seed) }
    pass.walk()
    for output in self.outputs {
      builder.output(output.name, output.role, pass.value(output.value))
    }
    var taken = Set(self.outputs.filter { $0.role == .gradient }.map(\.name))
    for input in inputs {
      let gradient = pass.cotangent(of: input.value) ?? builder.full(0, self[input.value])
      let name = Self.freeName(Self.gradientPrefix, input.name, &taken)
      builder.output(name, .gradient, gradient)
    }
    return builder.finishedByPass()
  }

  /// A name not taken yet: the wanted one with as few prefixes as possible.
  static func freeName(
    _ prefix: String, _ wanted: String, _ taken: inout Set<String>
  ) -> String {
    var name = wanted
    while taken.contains(name) { name = prefix + name }
    taken.insert(name)
    return name
  }
}

extension ProgramBuilder {
  /// The program recorded by a gradient rule.
  ///
  /// - Precondition: the rules fitted their operands, as those of verified programs do.
  func finishedByPass() -> Program {
    do {
      return try finish()
    } catch {
      preconditionFailure("A gradient rule emitted operations that do not fit: \(error)")
    }
  }
}
