/// A report as blocks, written as Markdown or as HTML.
struct ReportDocument {
  enum Block {
    case heading(String)
    case paragraph(String)
    /// Lines as they are.
    case lines([String])
    case list([String])
    case plot(LinePlot)
  }

  enum Form: String {
    case markdown = "md"
    case html
  }

  let title: String
  var blocks: [Block] = []

  init(title: String) { self.title = title }

  func text(_ form: Form) -> String {
    switch form {
    case .markdown: "# \(title)\n\n" + blocks.map(Self.markdown).joined(separator: "\n\n") + "\n"
    case .html: html
    }
  }

  private static func markdown(_ block: Block) -> String {
    switch block {
    case .heading(let text): return "## \(text)"
    case .paragraph(let text): return text
    case .lines(let lines):
      // Longer than any run of marks inside.
      let longest = lines.map { line in
        line.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
      }.max()
      let fence = String(repeating: "`", count: max(3, (longest ?? 0) + 1))
      return ([fence] + lines + [fence]).joined(separator: "\n")
    case .list(let items): return items.map { "- \($0)" }.joined(separator: "\n")
    case .plot(let plot): return plot.svg
    }
  }

  private var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>\(MarkupText.escaped(title))</title>
    <style>body { font: 15px sans-serif; margin: 2em auto; max-width: 60em } \
    pre { background: #f4f4f4; padding: 0.7em; overflow-x: auto }</style>
    </head>
    <body>
    <h1>\(MarkupText.escaped(title))</h1>
    \(blocks.map(Self.html).joined(separator: "\n"))
    </body>
    </html>

    """
  }

  private static func html(_ block: Block) -> String {
    switch block {
    case .heading(let text): "<h2>\(MarkupText.escaped(text))</h2>"
    case .paragraph(let text): "<p>\(MarkupText.escaped(text))</p>"
    case .lines(let lines): "<pre>\(MarkupText.escaped(lines.joined(separator: "\n")))</pre>"
    case .list(let items):
      "<ul>\n" + items.map { "<li>\(MarkupText.escaped($0))</li>" }.joined(separator: "\n")
        + "\n</ul>"
    case .plot(let plot): plot.svg
    }
  }
}
