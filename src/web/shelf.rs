//! What is known of the results files.

/// What is known of the results files.
#[derive(Default)]
pub struct Shelf {}
