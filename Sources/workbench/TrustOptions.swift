import ArgumentParser

/// Which files sessions may read besides those in their folders.
struct TrustOptions: ParsableArguments {
  @Option(
    name: .customLong("trust"),
    help: ArgumentHelp(
      "A file outside its folder that a session may read; can be given several times.",
      valueName: "file"))
  var files: [String] = []
}
