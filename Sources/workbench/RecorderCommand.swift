import ArgumentParser
import Traces

/// `workbench recorder`: a program that writes the traces which `workbench diagnose` reads.
struct RecorderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recorder",
    abstract: "Print a recorder of traces for a framework, in Python.",
    discussion: """
      Put it beside the model: `workbench recorder torch > record.py`. It needs the framework and NumPy, and \
      says at its top how to record the whole sequence and then the blocks. `workbench diagnose` reads \
      what it writes.
      """)

  @Argument(help: "torch, jax, keras or onnxruntime.")
  var framework: TraceRecorder

  func run() throws { print(framework.program, terminator: "") }
}

extension TraceRecorder: ExpressibleByArgument {}
