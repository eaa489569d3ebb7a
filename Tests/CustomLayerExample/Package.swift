// swift-tools-version: 6.2
import PackageDescription

// A package of a user: a layer of their own beside the library's, in every notation.
let package = Package(
  name: "custom-layer-example",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "GainLayer", targets: ["GainLayer"]),
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
      name: "GainWorkbenchTests",
      dependencies: ["GainLayer", .product(name: "WorkbenchKit", package: "sequence-workbench")]),
  ]
)
