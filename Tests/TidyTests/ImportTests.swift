import Testing

/// What each target may import of this package and of others: imports only go down.
@Suite struct ImportTests {
  private static let platform: Set<String> = ["Darwin", "Glibc", "Synchronization"]
  private static let files = platform.union(["FoundationEssentials"])

  private static let allowed: [String: Set<String>] = [
    "CAllocationCount": [], "CKernels": [], "CTerminal": [],
    "Tensors": platform,
    "Programs": platform.union(["Tensors"]),
    "Execution": platform.union(["CKernels", "Programs", "Tensors"]),
    "Layers": platform.union(["Programs", "Tensors"]),
    "ConfigProtos": ["Foundation", "FoundationEssentials", "SwiftProtobuf"],
    "Notation": platform.union(["ConfigProtos", "Layers", "SwiftProtobuf", "Tensors"]),
    "Weights": files.union(["Tensors"]),
    "Datasets": files.union(["Tensors", "Weights"]),
    "Runtime": platform.union(["Execution", "Layers", "Programs", "Tensors", "Weights"]),
    "Comparison": platform.union(["Tensors", "Weights"]),
    "LayerTesting": platform.union([
      "Comparison", "Execution", "Layers", "Notation", "Programs", "Runtime", "Tensors", "Weights",
    ]),
    "Models": platform.union(["Layers", "Runtime", "Tensors"]),
    "SequenceLayers": [
      "Execution", "LayerTesting", "Layers", "Notation", "Programs", "Runtime", "Tensors",
      "Weights",
    ],
    "Sessions": files.union([
      "Comparison", "Datasets", "Execution", "LayerTesting", "Layers", "Notation", "Programs",
      "Runtime",
      "Tensors", "Weights",
    ]),
    "TerminalUI": platform.union(["CTerminal"]),
    "Workbench": files.union([
      "Comparison", "Execution", "Layers", "Notation", "Runtime", "Sessions", "Tensors",
      "TerminalUI",
    ]),
    "WorkbenchKit": ["Layers", "Notation", "SequenceLayers", "Sessions", "Workbench"],
    "TrainBytes": ["ArgumentParser", "Layers", "Models", "Runtime", "Tensors", "Weights"],
    "workbench": files.union([
      "ArgumentParser", "CAllocationCount", "Comparison", "Datasets", "Execution", "LayerTesting",
      "Layers",
      "Notation", "Runtime",
      "Sessions", "Tensors", "Weights", "Workbench", "WorkbenchKit",
    ]),
  ]

  @Test("every target has a row in the table of imports")
  func targetsAreListed() {
    let targets = Set(SourceTree.files.filter(\.isSource).map(\.target))
    #expect(targets.subtracting(Self.allowed.keys).isEmpty)
    #expect(targets.count > 12, "The sources were not found.")
  }

  @Test("imports only go down", arguments: SourceTree.files.filter(\.isSource))
  func imports(_ file: SourceFile) {
    let foreign = Set(file.imports).subtracting(Self.allowed[file.target] ?? [])
    #expect(foreign.isEmpty, "\(file.path) imports \(foreign.sorted())")
  }

  @Test("a C module is met in one folder only")
  func cModules() {
    let homes = [
      ("CTerminal", "TerminalUI"), ("CKernels", "Execution"), ("CAllocationCount", "workbench"),
    ]
    for (module, home) in homes {
      let users = Set(SourceTree.sources.filter { $0.imports.contains(module) }.map(\.target))
      #expect(users == [home], "\(module)")
    }
    for file in SourceTree.files where file.isSource {
      for line in file.code where line.text.contains("public import C") {
        Issue.record("\(file.path):\(line.number) shows a C module to its users")
      }
    }
  }

  @Test("only Swift Testing is used")
  func noXCTest() {
    let users = SourceTree.files.filter { $0.imports.contains("XCTest") }.map(\.path)
    #expect(users.isEmpty)
  }
}
