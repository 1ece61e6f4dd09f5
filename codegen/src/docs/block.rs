//! A page of the documentation as blocks that know their lines.

/// A page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// What it holds, in order.
    pub blocks: Vec<Block>,
    /// What is broken in it: an unclosed table, a fence without an end.
    pub faults: Vec<Fault>,
}

/// Something broken in a page. What was understood nevertheless is among the blocks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// A piece of a page.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The line at which it begins, from 1.
    pub line: u32,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of blocks.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `## Title {#anchor}`; the anchors are not part of the text.
    Heading {
        level: u8,
        text: Text,
        anchors: Vec<String>,
    },
    /// Lines of text.
    Paragraph(Text),
    /// `> …`.
    Quote(Vec<Block>),
    /// A list, numbered or not: the blocks of each item.
    List(Vec<Vec<Block>>),
    /// `#| … |#`, or a table of Markdown without its line of dashes.
    Table(Vec<Row>),
    /// A fenced or indented block of code. `lang` is empty where none is given.
    Code { lang: String, text: String },
    /// `{% note kind "title" %}`.
    Note { title: String, blocks: Vec<Block> },
    /// `{% list tabs %}`.
    Tabs(Vec<Tab>),
    /// `{% cut "title" %}`; the title says nothing that the blocks do not.
    Cut { blocks: Vec<Block> },
    /// `{% include [title](target) %}`; nothing is read from there yet.
    Include { target: String },
}

/// One tab.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub line: u32,
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub line: u32,
    pub blocks: Vec<Block>,
}

/// Text with what is marked in it. Marks and escapes are gone: `**NAME***` is a strong `NAME`
/// and a plain `*`, and so is `**NAME**^*^`. Lines end in a plain `\n`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Text {
    pub spans: Vec<Span>,
}

/// A stretch of text that is marked in one way. Where marks nest, each stretch carries all of them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    pub line: u32,
    pub text: String,
    /// In backticks, one or more.
    pub code: bool,
    /// `**strong**`.
    pub strong: bool,
    /// The target of the link around it, as it is written.
    pub link: Option<String>,
}

impl Text {
    /// The text without its marks.
    pub(crate) fn plain(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}
