import TerminalUI
import Testing
import Workbench

@Suite("Names that do not fit")
struct ShortNamesTests {
  private static let lists: [[String]] = [
    ["attention_0", "attention_1", "attention_2", "feed_forward_0"],
    ["[0]/child_layer", "[1]/child_layer", "[10]/child_layer"],
    (0..<12).map { "layers_0[\($0)]/child_layer/ff/layers_0" },
    (0..<12).map { "encoder/conformer/layers_\($0)" },
    ["left/norm", "right/norm", "left/post_norm", "right/post_norm"],
    ["東京都庁第一本庁舎", "東京都庁第二本庁舎"],
  ]

  @Test("are cut in the middle so that they stay different", arguments: lists)
  func different(names: [String]) {
    for width in [10, 12, 16, 24, 60] {
      let fitted = ShortNames.fitted(names, width)
      #expect(fitted.allSatisfy { $0.columns <= width })
      #expect(Set(fitted).count == Set(names).count, "\(width): \(fitted)")
      for (name, short) in zip(names, fitted) where name.columns <= width { #expect(short == name) }
    }
  }

  @Test("of any width fit it")
  func narrow() {
    for names in Self.lists {
      for width in 0..<10 {
        #expect(ShortNames.fitted(names, width).allSatisfy { $0.columns <= width })
        #expect(ShortNames.fitted(names[0], width).columns <= width)
      }
    }
  }

  @Test(
    "a deep stack shows different names for all layers of one depth",
    arguments: [(36, 120), (60, 200)])
  func tree(rows: Int, columns: Int) {
    var desk = Desk(rows: rows, columns: columns)
    desk.type(
      "stack Serial([Repeat(layer: Serial([Residual(layers: [Dense(features: 3)], shortcutLayers: "
        + "[Dense(features: 3)], name: \"attention_block_0\"), Residual(layers: [Tanh()], "
        + "name: \"attention_block_1\")]), numRepeats: 2)])",
      "input noise --channels 3 --time 4")
    desk.press("z")
    let lines = desk.text.split(separator: "\n").filter { $0.contains("attention_block_") }
    #expect(lines.count == 4)
    #expect(desk.text.contains("[0]/child_layer") && desk.text.contains("[1]/child_layer"))
    #expect(desk.text.contains("shortcut_layer/layers_0"))
    // Between a name and its kind there is a blank at least.
    #expect(lines.allSatisfy { $0.contains(" Residual") })
  }
}
