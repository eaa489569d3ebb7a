import Programs
import Serialization
import Tensors

/// An input or output of an exported function, as callers see it.
struct Port {
  var name: String
  /// What it is for: `input`, `constant`, `state`, `seed`, `parameter`, `output`, `emit`, ….
  var role: String
  var type: ValueType
  /// How a state leaf changes from step to step.
  var state: String?

  /// The inputs of a program; parameters only where they are arguments.
  static func inputs(_ program: Program) -> [Port] {
    let names = Set(program.inputs.map(\.name))
    return program.inputs.map { input in
      Port(
        name: inputName(input, in: names), role: input.role.keyword, type: program[input.value],
        state: kind(of: input.role))
    }
  }

  /// The outputs of a program; in ONNX inputs and outputs share one space of names.
  static func outputs(_ program: Program, for target: ExportTarget) -> [Port] {
    let names = Set(program.outputs.map(\.name))
    return program.outputs.filter { $0.role != .tap }.map { output in
      Port(
        name: outputName(output, in: names, target), role: output.role.keyword,
        type: program[output.value])
    }
  }

  private static func kind(of role: InputRole) -> String? {
    switch role {
    case .state(.replaced): "replaced"
    case .state(.counter): "counter"
    case .state(.window): "window"
    case .input, .constant, .parameter, .variable, .seed, .operand: nil
    }
  }

  private static func inputName(_ input: Program.Input, in names: Set<String>) -> String {
    switch input.role {
    case .input, .constant: sequenceName(input.name, in: names)
    case .parameter, .variable: "params/\(input.name)"
    case .state: "state/\(input.name)"
    case .seed, .operand: input.name
    }
  }

  private static func outputName(
    _ output: Program.Output, in names: Set<String>, _ target: ExportTarget
  ) -> String {
    switch output.role {
    case .output, .emit: sequenceName(output.name, in: names)
    case .state: (target == .onnx ? "new_state/" : "state/") + output.name
    case .variable: "variables/\(output.name)"
    case .gradient: "gradients/\(output.name)"
    case .tap, .result: output.name
    }
  }

  /// `NAME/values`, `NAME/mask`, and for complex numbers `NAME/values/real` and `…/imaginary`, with folders
  /// in the plural.
  private static func sequenceName(_ name: String, in names: Set<String>) -> String {
    func plural(_ name: Substring) -> String {
      for folder in ["constant", "emit"] where name.hasPrefix(folder + "/") {
        return folder + "s" + name.dropFirst(folder.count)
      }
      return String(name)
    }
    if name.hasSuffix(".mask") { return plural(name.dropLast(5)) + "/mask" }
    if name.hasSuffix(".imaginary") { return plural(name.dropLast(10)) + "/values/imaginary" }
    let isComplex = names.contains(ProgramSignature.imaginary(of: name))
    return plural(name[...]) + "/values" + (isComplex ? "/real" : "")
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(name)), .init("role", .string(role)),
      .init("dtype", .string(type.dtype.name)),
      .init("shape", .array(type.shape.map(JSONValue.integer))),
    ]
    if let state { members.append(.init("state", .string(state))) }
    return .object(members)
  }
}
