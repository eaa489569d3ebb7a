// The workbench with one more layer: `swift run gain-workbench [FILE]`, then
// `stack Serial([Dense(features: 4), Gain(db: -6)])`.
import Foundation
import GainLayer
import WorkbenchKit

exit(FrontEnd.run(path: CommandLine.arguments.dropFirst().first, registry: try .withGain))
