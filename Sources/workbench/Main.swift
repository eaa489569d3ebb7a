import ArgumentParser
import Execution
import Weights

#if canImport(Glibc)
  import Glibc

  /// `exit` of the C library, whose name commands use otherwise.
  private func quit(_ status: Int32) -> Never { Glibc.exit(status) }
#elseif canImport(Darwin)
  import Darwin

  /// `exit` of the C library, whose name commands use otherwise.
  private func quit(_ status: Int32) -> Never { Darwin.exit(status) }
#endif

/// The `workbench` command line.
///
/// Exit status: 0 fine; 1 a check failed; 2 a replay diverged; 3 an error, with its message on standard
/// error.
@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench",
    abstract: "Build streaming sequence models and step them beside their layer-wise result.",
    version: Version.program,
    subcommands: [
      OpenCommand.self, BenchCommand.self, CompareCommand.self, ConformCommand.self,
      ConvertCommand.self, DiagnoseCommand.self, LayersCommand.self, RecorderCommand.self,
      ReplayCommand.self,
      RunScriptCommand.self,
      VerifyCommand.self,
    ],
    defaultSubcommand: OpenCommand.self)

  static func main() {
    TextStream.prepare()
    do {
      var command = try parseAsRoot()
      if let complaint = ExecutionEnvironment.complaints.first { throw Failure(complaint) }
      try (command as? any MemoryLimited)?.memory.apply()
      try command.run()
    } catch {
      leave(after: error)
    }
  }

  /// Ends the program with the status that stands for an error.
  private static func leave(after error: any Error) -> Never {
    if let code = error as? ExitCode { quit(code.rawValue) }
    let code = exitCode(for: error)
    // Help and version are asked for, not errors.
    if code == .success {
      print(fullMessage(for: error))
      quit(0)
    }
    let message = (error as? Failure)?.description ?? fullMessage(for: error)
    StandardError.write(message.hasSuffix("\n") ? String(message.dropLast()) : message)
    quit(3)
  }
}
