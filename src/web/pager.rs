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
    /// The last one; none where it is not known, as a large file is read no further than this page.
    pub last: Option<usize>,
    /// Whether there is one after this one.
    pub has_more: bool,
}

impl Pages<'_> {
    /// Links to the others; nothing where there are none.
    #[must_use]
    pub fn links(&self) -> Markup {
        let (at, last) = (self.at, self.last);
        html! {
            @if at > 1 || self.has_more {
                nav.pager aria-label="Pages of the list" {
                    @if at > 1 {
                        a href=(self.to(1)) { "First" } a #previous rel="prev" href=(self.to(at - 1)) { "Previous" }
                    }
                    span {
                        "Page " (words::thousands(at as u64))
                        @if let Some(last) = last { " of " (words::thousands(last as u64)) }
                    }
                    @if self.has_more { a #next rel="next" href=(self.to(at + 1)) { "Next" } }
                    @if let Some(last) = last {
                        @if self.has_more { a href=(self.to(last)) { "Last" } }
                        (self.any_other(last))
                    }
                }
            }
        }
    }

    /// Where a reader names a page.
    fn any_other(&self, last: usize) -> Markup {
        html! {
            form.go method="get" action=(format!("{}{}", self.path, self.anchor)) {
                @for (name, value) in self.pairs.iter().filter(|(_, value)| !value.is_empty()) {
                    input type="hidden" name=(name) value=(value);
                }
                label for="page" { "Go to page" }
                input #page type="number" name="page" min="1" max=(last) value=(self.at);
                button.small type="submit" { "Go" }
            }
        }
    }

    fn to(&self, page: usize) -> String {
        let page = page.to_string();
        format!("{}{}", page::link(self.path, &[self.pairs, &[("page", page.as_str())]].concat()), self.anchor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(at: usize, last: Option<usize>, has_more: bool) -> String {
        Pages { path: "/x", pairs: &[], anchor: "#list", at, last, has_more }.links().into_string()
    }

    #[test]
    fn a_list_of_unknown_length_leads_on_and_back_and_names_no_last_page() {
        let shown = links(2, None, true);
        assert!(shown.contains("href=\"/x?page=1#list\"") && shown.contains("href=\"/x?page=3#list\""), "{shown}");
        assert!(
            shown.contains("<span>Page 2</span>") && !shown.contains("Last") && !shown.contains("<form"),
            "{shown}"
        );
        assert!(links(3, None, false).contains("Previous") && !links(3, None, false).contains("Next"));
        assert_eq!((links(1, None, false), links(1, Some(1), false)), (String::new(), String::new()));
    }

    #[test]
    fn the_last_page_is_named_where_it_is_known_and_led_to_from_all_others() {
        let (middle, end) = (links(2, Some(3), true), links(3, Some(3), false));
        assert!(middle.contains("Page 2 of 3") && middle.contains(">Last</a>") && middle.contains("<form"), "{middle}");
        assert!(end.contains("Page 3 of 3") && !end.contains(">Last</a>") && !end.contains("Next"), "{end}");
    }
}
