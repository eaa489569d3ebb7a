import ArgumentParser

/// The `workbench` command line.
@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "workbench")
}
