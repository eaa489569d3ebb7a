// swift-tools-version: 6.2
import PackageDescription

// A package of a user: layers and parts of their own beside the library's, in every notation, and a model of them.
let package = Package(
  name: "custom-layer-example",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "GainLayer", targets: ["GainLayer"]),
    .library(name: "VeryAttentiveTacotron", targets: ["VeryAttentiveTacotron"]),
    .executable(name: "gain-workbench", targets: ["GainWorkbench"]),
    .executable(name: "plain-gain", targets: ["PlainGain"]),
  ],
  dependencies: [
    .package(name: "sequence-workbench", path: "../.."),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    .target(
      name: "GainLayer",
      dependencies: [
        .product(name: "SequenceLayers", package: "sequence-workbench"),
        .product(name: "ConfigProtos", package: "sequence-workbench"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .target(
      name: "VeryAttentiveTacotron",
      dependencies: [
        .product(name: "SequenceLayers", package: "sequence-workbench"),
        .product(name: "ConfigProtos", package: "sequence-workbench"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .executableTarget(
      name: "GainWorkbench",
      dependencies: ["GainLayer", .product(name: "WorkbenchKit", package: "sequence-workbench")]),
    .executableTarget(
      name: "PlainGain",
      dependencies: [.product(name: "WorkbenchKit", package: "sequence-workbench")]),
    .testTarget(
      name: "GainLayerTests",
      dependencies: [
        "GainLayer", .product(name: "SequenceLayers", package: "sequence-workbench"),
      ]),
    .testTarget(
      name: "VeryAttentiveTacotronTests",
      dependencies: [
        "VeryAttentiveTacotron", .product(name: "SequenceLayers", package: "sequence-workbench"),
      ]),
    .testTarget(
      name: "GainWorkbenchTests",
      dependencies: ["GainLayer", .product(name: "WorkbenchKit", package: "sequence-workbench")]),
  ]
)
