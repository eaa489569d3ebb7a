// swift-tools-version: 6.2
import PackageDescription

/// Language settings of every Swift target.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

/// A target of tests.
///
/// What they test is optimised in release; the tests themselves only where they compute much, since optimising
/// them takes longer than running them.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = [], isOptimized: Bool = false
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: settings
      + (isOptimized ? [] : [.unsafeFlags(["-Onone"], .when(configuration: .release))]))
}

let package = Package(
  name: "sequence-workbench",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "SequenceLayers", targets: ["SequenceLayers"]),
    // Messages of configs: what the generated messages of custom layers import.
    .library(name: "ConfigProtos", targets: ["ConfigProtos"]),
    .library(name: "WorkbenchKit", targets: ["WorkbenchKit"]),
    .executable(name: "workbench", targets: ["workbench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // C: terminal shim and measured hot kernels.
    .target(
      name: "CTerminal",
      cSettings: [.define("NCURSES_WIDECHAR", to: "1"), .define("_GNU_SOURCE")],
      linkerSettings: [
        .linkedLibrary("ncursesw"), .linkedLibrary("tinfo"), .linkedLibrary("readline"),
      ]),
    // Decodes and resamples recordings; only Datasets links it, the library of layers does not.
    .target(
      name: "CAudio",
      linkerSettings: [.linkedLibrary("sndfile"), .linkedLibrary("samplerate")]),
    // Decompresses the members of .npz archives; only Datasets links it.
    .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CKernels"),
    // Counts calls of malloc, for `workbench bench` and tests; no library links it.
    .target(name: "CAllocationCount"),

    // What is said to people; bytes, text and JSON of files.
    library("Diagnostics"),
    library("Serialization", ["Tensors", "Diagnostics"]),

    // The library of layers, from arrays up.
    library("Tensors", ["Diagnostics"]),
    library("Programs", ["Tensors", "Diagnostics"]),
    library("Execution", ["Programs", "Tensors", "CKernels", "Diagnostics"]),
    library("Layers", ["Programs", "Tensors", "Diagnostics"]),
    library("Weights", ["Tensors", "Diagnostics", "Serialization"]),
    library("Export", ["Programs", "Tensors", "Weights", "Diagnostics", "Serialization"]),
    library("Datasets", ["Tensors", "Weights", "CAudio", "CZlib", "Diagnostics", "Serialization"]),
    library(
      "Runtime",
      [
        "Layers", "Execution", "Export", "Programs", "Tensors", "Weights", "Diagnostics",
        "Serialization",
      ]),
    library("Comparison", ["Tensors", "Diagnostics", "Serialization"]),
    library("Traces", ["Comparison", "Datasets", "Tensors", "Diagnostics", "Serialization"]),
    library(
      "LayerTesting",
      [
        "Comparison", "Runtime", "Notation", "Layers", "Programs", "Tensors", "Weights",
        "Serialization",
      ]),
    .target(
      name: "ConfigProtos",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    library(
      "Notation",
      [
        "Layers", "ConfigProtos", "Diagnostics", "Serialization",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    // Models of ONNX as layers; weights of other frameworks.
    library("ONNX", ["Layers", "Programs", "Tensors", "Weights", "Diagnostics", "Serialization"]),
    library(
      "SequenceLayers",
      [
        "Tensors", "Programs", "Execution", "Layers", "Notation", "ONNX", "Runtime",
        "LayerTesting", "Weights", "Diagnostics", "Serialization",
      ]),

    // The workbench: a headless engine and its front ends.
    library(
      "Sessions",
      [
        "Comparison", "Runtime", "LayerTesting", "Layers", "Notation", "ONNX", "Weights",
        "Datasets", "Execution", "Programs", "Tensors", "Traces", "Export", "Diagnostics",
        "Serialization",
      ]),
    library("TerminalUI", ["CTerminal"]),
    library(
      "Workbench",
      [
        "Sessions", "Comparison", "Runtime", "Execution", "Notation", "Layers", "TerminalUI",
        "Tensors", "Diagnostics", "Serialization", "Traces",
      ]
    ),
    library("WorkbenchKit", ["Workbench", "Sessions", "SequenceLayers"]),
    .executableTarget(
      name: "workbench",
      dependencies: [
        "Workbench", "Comparison", "LayerTesting", "Sessions", "Datasets", "Notation", "Runtime",
        "Execution", "Export", "Layers", "Weights", "Tensors", "CAllocationCount", "Traces", "ONNX",
        "TerminalUI", "Diagnostics", "Serialization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings,
      // The runtime inside the binary, at a fixed place and with no names for others: it starts in half
      // the time, takes 12 MB less and runs where no Swift is installed. Nothing else may link this
      // target, least of all a library.
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections",
            "-Xlinker", "--no-export-dynamic", "-Xclang-linker", "-no-pie",
          ],
          .when(platforms: [.linux]))
      ]),

    // A pseudo-terminal with a model of its screen, and a program to try on it.
    .target(name: "CPty", path: "Tests/Support/CPty", cSettings: [.define("_GNU_SOURCE")]),
    .target(
      name: "PtyHarness", dependencies: ["CPty", "TerminalUI"], path: "Tests/Support/PtyHarness",
      swiftSettings: settings),
    .executableTarget(
      name: "TerminalProbe", dependencies: ["TerminalUI"], path: "Tests/Support/TerminalProbe",
      swiftSettings: settings),
    .executableTarget(
      name: "TrapProbe", dependencies: ["Workbench", "Layers"], path: "Tests/Support/TrapProbe",
      swiftSettings: settings),
    tests("TerminalUITests", ["TerminalUI", "PtyHarness", "TerminalProbe"]),
    tests(
      "WorkbenchTests",
      [
        "Workbench", "Sessions", "Comparison", "Runtime", "Layers", "Programs", "Execution",
        "TerminalUI", "PtyHarness", "TrapProbe", "Diagnostics", "Serialization", "Datasets",
        "Tensors", "Traces",
      ],
      exclude: ["Snapshots"]),

    // Programs drawn from seeds, for tests of what reads programs.
    library("RandomPrograms", ["Programs", "Tensors"], path: "Tests/Support/RandomPrograms"),
    tests(
      "ExecutionTests",
      ["Execution", "Programs", "Tensors", "CKernels", "CAllocationCount", "RandomPrograms"]),
    // Worked examples.
    library("Models", ["Runtime", "Layers", "Tensors"]),
    .executableTarget(
      name: "train-bytes",
      dependencies: [
        "Models", "Runtime", "Layers", "Weights", "Tensors", "Diagnostics", "Serialization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/TrainBytes", swiftSettings: settings),

    // Rules about the sources themselves.
    tests("TidyTests", []),
    tests("ReadmeTests", ["SequenceLayers"]),
    tests("TensorsTests", ["Tensors", "Diagnostics"]),
    tests("DiagnosticsTests", ["Diagnostics"]),
    tests("SerializationTests", ["Serialization", "Diagnostics"]),
    tests("WeightsTests", ["Weights", "Tensors", "Serialization"]),
    tests("DatasetsTests", ["Datasets", "Weights", "Tensors", "Serialization"]),
    tests(
      "ModelsTests",
      ["Models", "LayerTesting", "Notation", "Runtime", "Layers", "Tensors"]),
    tests(
      "SessionsTests",
      [
        "Sessions", "Traces", "Runtime", "Execution", "Layers", "Datasets", "Weights", "Tensors",
        "Serialization",
      ]),
    tests(
      "TracesTests", ["Traces", "Comparison", "Datasets", "Weights", "Tensors", "Serialization"]),
    tests("ComparisonTests", ["Comparison", "Tensors", "Serialization"]),
    tests(
      "ONNXTests",
      [
        "ONNX", "Sessions", "Notation", "Runtime", "Layers", "Programs", "Tensors", "Weights",
        "Serialization",
      ]),
    tests("CKernelsTests", ["CKernels"], isOptimized: true),
    tests("ProgramsTests", ["Programs", "Tensors", "RandomPrograms"]),
    tests(
      "ExportTests",
      [
        "Export", "LayerTesting", "Layers", "ONNX", "Programs", "RandomPrograms", "Runtime",
        "Tensors",
      ], exclude: ["Snapshots"]),
    tests(
      "NotationTests",
      [
        "Notation", "Layers", "Programs", "Tensors", "ConfigProtos",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Snapshots", "Protos"]),
    tests("LayersTests", ["LayerTesting", "Layers", "Runtime", "Programs", "Tensors"]),
    tests(
      "LayerTestingTests",
      [
        "LayerTesting", "Comparison", "Runtime", "Layers", "Programs", "Notation", "Tensors",
        "Weights", "Serialization",
      ]),
  ]
)
