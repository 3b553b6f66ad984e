//! The tables of docs/ name tests that are there.

use std::path::Path;

/// Every `file` `test` of a page: the file as a path, the test as the name of a function.
fn named(page: &str) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        // Between backticks is what stands at odd places.
        let quoted: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        for (index, file) in quoted.iter().enumerate().filter(|(_, text)| text.ends_with(".rs")) {
            let test = quoted.get(index + 1).copied().unwrap_or_default();
            named.push(((*file).to_owned(), test.to_owned()));
        }
    }
    named
}

fn is_a_test_in(source: &str, test: &str) -> bool {
    let Some(at) = source.find(&format!("fn {test}(")) else { return false };
    // The attribute is among the lines just above, other attributes and comments aside.
    source[..at].lines().rev().take(4).any(|line| line.contains("#[test]") || line.contains("#[tokio::test"))
}

#[test]
fn every_test_that_a_table_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["docs/security.md", "docs/reliability.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let named = named(&text);
        assert!(named.len() >= 20, "{page} names only {} tests", named.len());
        let wrong: Vec<String> = named
            .iter()
            .filter(|(file, test)| {
                let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
                test.is_empty() || !is_a_test_in(&source, test)
            })
            .map(|(file, test)| format!("{file} `{test}`"))
            .collect();
        assert!(wrong.is_empty(), "{page} names tests that are not there:\n{}", wrong.join("\n"));
    }
}

#[test]
fn every_row_of_a_table_names_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["docs/security.md", "docs/reliability.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        // Other tables are of figures.
        let tables =
            text.split("\n\n").filter(|part| part.lines().next().is_some_and(|head| head.ends_with("| shown by |")));
        let rows: Vec<&str> = tables.flat_map(|table| table.lines().skip(2)).collect();
        assert!(rows.len() >= 20, "{page} has only {} rows", rows.len());
        let bare: Vec<&str> = rows.into_iter().filter(|row| named(row).is_empty()).collect();
        assert!(bare.is_empty(), "{page}: nothing shows\n{}", bare.join("\n"));
    }
}
