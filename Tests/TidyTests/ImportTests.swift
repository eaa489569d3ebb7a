import Testing

/// What each target imports is what Package.swift declares, no more and no less.
@Suite struct ImportTests {
  /// Modules that come with the toolchain.
  private static let toolchain: Set<String> = [
    "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
    "Testing",
  ]

  /// The targets of this package in the manifest, C targets left out.
  private static let targets: [PackageManifest.Target] = PackageManifest.package.targets.filter {
    target in SourceTree.files.contains { $0.path.hasPrefix(target.path + "/") }
  }

  @Test("the manifest is read whole")
  func manifestIsRead() {
    #expect(Self.targets.count > 25)
    let names = Set(Self.targets.map(\.path))
    let folders = Set(SourceTree.files.filter(\.isSource).map { "Sources/\($0.target)" })
    #expect(folders.subtracting(names).isEmpty, "sources without a target")
    let sessions = Self.targets.first { $0.name == "Sessions" }
    #expect(sessions?.dependencies.isSuperset(of: ["Runtime", "Datasets"]) == true)
    let notation = Self.targets.first { $0.name == "Notation" }
    #expect(notation?.dependencies.contains("SwiftProtobuf") == true)
  }

  @Test("declared dependencies and imports are the same", arguments: targets.map(\.name))
  func declaredIsUsed(_ name: String) throws {
    let target = try #require(Self.targets.first { $0.name == name })
    let files = SourceTree.files.filter { $0.path.hasPrefix(target.path + "/") }
    let (undeclared, unused) = Self.difference(target, files)
    #expect(undeclared.isEmpty, "\(name) imports what Package.swift does not declare")
    #expect(unused.isEmpty, "\(name) declares what it does not import")
  }

  @Test("an import that is not declared, and a declaration that is not used, are found")
  func differencesAreFound() {
    let target = PackageManifest.Target(
      name: "A", path: "Sources/A", dependencies: ["B", "C"], isExecutable: false)
    let file = SourceFile(
      path: "Sources/A/A.swift", text: "import B\npackage import D\n// import E")
    let (undeclared, unused) = Self.difference(target, [file])
    #expect(undeclared == ["D"] && unused == ["C"])
  }

  /// Tests name the programs that they start, so that these are built; programs are not imported.
  private static func difference(
    _ target: PackageManifest.Target, _ files: [SourceFile]
  ) -> (undeclared: Set<String>, unused: Set<String>) {
    let used = Set(files.flatMap(\.imports)).subtracting(toolchain)
    let programs = Set(PackageManifest.package.targets.filter(\.isExecutable).map(\.name))
    return (
      used.subtracting(target.dependencies),
      target.dependencies.subtracting(used).subtracting(programs)
    )
  }

  @Test("only targets that touch files import Foundation")
  func foundation() {
    let full: Set<String> = ["ConfigProtos"]
    // Notation: bytes of protobuf are `Data`.
    let essentials = full.union([
      "Datasets", "Notation", "Sessions", "Weights", "Workbench", "workbench",
    ])
    for file in SourceTree.files where file.isSource {
      let imports = Set(file.imports)
      if imports.contains("Foundation") { #expect(full.contains(file.target), "\(file.path)") }
      if imports.contains("FoundationEssentials") {
        #expect(essentials.contains(file.target), "\(file.path)")
      }
    }
  }

  @Test("a C module is met in one folder only")
  func cModules() {
    let homes = [
      ("CTerminal", "TerminalUI"), ("CKernels", "Execution"), ("CAllocationCount", "workbench"),
      ("CAudio", "Datasets"), ("CZlib", "Datasets"),
    ]
    for (module, home) in homes {
      let users = Set(SourceTree.sources.filter { $0.imports.contains(module) }.map(\.target))
      #expect(users == [home], "\(module)")
    }
    for file in SourceTree.files where file.isSource {
      for line in file.code
      where homes.contains(where: { line.text.contains("public import \($0.0)") }) {
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
