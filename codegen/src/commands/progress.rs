//! A bar that shows how far the reading is, where someone can see it.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar; nothing where the standard error is no terminal.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} pages");
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0));
        Self(bar.map(|bar| match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }))
    }

    pub(crate) fn show(&self, done: usize, total: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
