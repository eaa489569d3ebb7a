import ArgumentParser
import Execution
import Serialization
import Sessions

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
/// error; 130 stopped by Ctrl-C (128 and the number of the signal), within a second, with what was found so far.
@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workbench",
    abstract: "Build streaming sequence models and step them beside their layer-wise result.",
    discussion: """
      Exit status: 0 fine, 1 a check failed, 2 a replay diverged, 3 an error. Ctrl-C stops bench, \
      conform, diagnose, replay, run and verify within a second, with what they have found so far; the status \
      is then 130.
      """,
    version: Version.program,
    subcommands: [
      OpenCommand.self, BenchCommand.self, CompareCommand.self, ConformCommand.self,
      ConvertCommand.self, DiagnoseCommand.self, ExportCommand.self, LayersCommand.self,
      LintCommand.self, PlanCommand.self, RecorderCommand.self, ReplayCommand.self,
      ReportCommand.self, RunScriptCommand.self, SessionDifferenceCommand.self, VerifyGroup.self,
    ],
    defaultSubcommand: OpenCommand.self)

  static func main() {
    TextStream.prepare()
    var command: any ParsableCommand
    do { command = try parseAsRoot() } catch {
      answerHelp(error)
      refuse(fullMessage(for: error))
    }
    // The workbench itself has a prompt, and Ctrl-C a meaning there.
    if !(command is OpenCommand) { Interruption.watch(hasAnswer: command is any Interruptible) }
    do {
      if let complaint = ExecutionEnvironment.complaints.first { throw Failure(complaint) }
      try (command as? any MemoryLimited)?.memory.apply()
      try command.run()
      Interruption.endIfAsked()
    } catch let code as ExitCode {
      Interruption.endIfAsked()
      quit(code.rawValue)
    } catch {
      answerHelp(error)
      if Interruption.isAsked {
        StandardError.write(
          (error as? Failure)?.description ?? "stopped before there was an answer")
        Interruption.endIfAsked()
      }
      refuse("\(CommandError(error))")
    }
  }

  /// Help and version are requested, not errors, although the parser throws them.
  private static func answerHelp(_ error: any Error) {
    guard exitCode(for: error) == .success else { return }
    print(fullMessage(for: error))
    quit(0)
  }

  /// Ends the program with a message, and the status that stands for errors.
  private static func refuse(_ message: String) -> Never {
    StandardError.write(message.hasSuffix("\n") ? String(message.dropLast()) : message)
    quit(3)
  }
}
