//! The pages of a long list: those before and after, and one by its number.

use maud::{Markup, html};

use super::page;
use crate::report::words;

/// Where in a list a reader is.
pub struct Pages<'a> {
    /// The address of the list.
    pub path: &'a str,
    /// What else its address says.
    pub pairs: &'a [(&'a str, &'a str)],
    /// Where on the page the list begins, with its `#`; empty at the top.
    pub anchor: &'a str,
    /// This page, from 1.
    pub at: usize,
    /// The last one.
    pub last: usize,
}

impl Pages<'_> {
    /// Links to the others; nothing where there are none.
    #[must_use]
    pub fn links(&self) -> Markup {
        let (at, last) = (self.at, self.last);
        html! {
            @if last > 1 {
                nav.pager aria-label="Pages of the list" {
                    @if at > 1 {
                        a href=(self.to(1)) { "First" } a #previous rel="prev" href=(self.to(at - 1)) { "Previous" }
                    }
                    span { "Page " (words::thousands(at as u64)) " of " (words::thousands(last as u64)) }
                    @if at < last {
                        a #next rel="next" href=(self.to(at + 1)) { "Next" } a href=(self.to(last)) { "Last" }
                    }
                    form.go method="get" action=(format!("{}{}", self.path, self.anchor)) {
                        @for (name, value) in self.pairs.iter().filter(|(_, value)| !value.is_empty()) {
                            input type="hidden" name=(name) value=(value);
                        }
                        label for="page" { "Go to page" }
                        input #page type="number" name="page" min="1" max=(last) value=(at);
                        button.small type="submit" { "Go" }
                    }
                }
            }
        }
    }

    fn to(&self, page: usize) -> String {
        let page = page.to_string();
        format!("{}{}", page::link(self.path, &[self.pairs, &[("page", page.as_str())]].concat()), self.anchor)
    }
}
