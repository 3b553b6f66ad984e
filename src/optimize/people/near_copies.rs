//! People who only verify, and are described nearly as somebody who is learned from.

use crate::data;
use crate::data::spool::Texts;
use crate::evaluate::near_copies::NearCopies;

/// How many of the unseen are described almost like somebody who is learned from: four fifths of their four-word
/// sequences are that person's. Skipped for more people than a person would look through.
///
/// # Errors
///
/// Where a text cannot be read back from the disk.
pub fn near_copies(all: &Texts, learn: &[u32], unseen: &Texts) -> Result<usize, data::Error> {
    const MOST: usize = 2_000;
    if learn.len().max(unseen.len()) > MOST {
        return Ok(0);
    }
    let mut known = NearCopies::default();
    for index in learn {
        known.add(&all.get(*index as usize)?);
    }
    let mut near = 0;
    for persona in unseen.iter() {
        near += usize::from(known.resembles(&persona?));
    }
    Ok(near)
}
